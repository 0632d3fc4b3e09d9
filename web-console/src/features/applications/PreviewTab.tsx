/** The tokens that an application would get for somebody now, claim by claim, each with its reason. */
import {
  Alert,
  Badge,
  Button,
  Code,
  Group,
  Paper,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { Info } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { formatDuration } from "@/shared/i18n/format";
import { PersonSelect } from "@/shared/ui/PersonSelect";
import { Failed, Loaded } from "@/shared/ui/states";
import { useClientId } from "./ApplicationPage";
import { type Claim, type Client, type Preview, useClient, usePreview } from "./api";

export function PreviewTab() {
  const tenant = useTenant();
  const client = useClient(tenant, useClientId());
  return <Loaded query={client}>{(found) => <Question client={found} />}</Loaded>;
}

function Question({ client }: { client: Client }) {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const preview = usePreview();
  const [user, setUser] = useState<string | null>(null);
  const [scope, setScope] = useState(client.scope);
  const ask = () => {
    const path = { tenant, client_id: client.client_id };
    preview.mutate({ params: { path }, body: { user_id: user, scope: scope.trim() || null } });
  };
  const signsPeopleIn = client.grant_types.includes("authorization_code");
  return (
    <Stack maw={1000}>
      <Text size="sm" c="dimmed">
        {t("previewHint")}
      </Text>
      <Group align="end">
        {signsPeopleIn && <PersonSelect label={t("user")} value={user} onChange={setUser} />}
        <TextInput
          label={t("scope")}
          value={scope}
          onChange={(event) => setScope(event.currentTarget.value)}
          flex={1}
          miw={240}
          spellCheck={false}
        />
        <Button onClick={ask} loading={preview.isPending} disabled={signsPeopleIn && !user}>
          {t("previewAction")}
        </Button>
      </Group>
      {preview.isError && <Failed error={preview.error} />}
      {preview.data && <Answer preview={preview.data} />}
    </Stack>
  );
}

function Answer({ preview }: { preview: Preview }) {
  const { t } = useTranslation("applications");
  const issued = preview.issued;
  if (!issued) {
    return (
      <Alert color="yellow" icon={<Info />} title={t("nothingIssued")}>
        {preview.reasons.map((reason) => (
          <Text key={reason.error} size="sm">
            <Code>{reason.error}</Code> {reason.why}
          </Text>
        ))}
      </Alert>
    );
  }
  return (
    <Stack>
      <Group gap="xs">
        <Badge color="gray">{t(`formats.${issued.access_token_format}`)}</Badge>
        <Badge color="gray">{formatDuration(issued.access_token_lifetime)}</Badge>
        {issued.has_refresh_token && <Badge color="blue">{t("withRefresh")}</Badge>}
        {issued.asks_consent !== null && (
          <Badge color={issued.asks_consent ? "yellow" : "green"}>
            {t(issued.asks_consent ? "asks" : "asksNot")}
          </Badge>
        )}
      </Group>
      {issued.ignored_scope && (
        <Alert color="yellow" icon={<Info />}>
          {t("ignoredScope", { scope: issued.ignored_scope })}
        </Alert>
      )}
      {issued.id_token && <Claims title={t("idToken")} claims={issued.id_token} />}
      <Claims title={t("accessToken")} claims={issued.access_token} />
      {issued.userinfo && <Claims title={t("userinfo")} claims={issued.userinfo} />}
      {issued.missing.length > 0 && (
        <Paper withBorder p="md">
          <Title order={2} size="h5" mb="xs">
            {t("missing")}
          </Title>
          {issued.missing.map((claim) => (
            <Text key={claim.name} size="sm">
              <Code>{claim.name}</Code> {claim.why}
            </Text>
          ))}
        </Paper>
      )}
    </Stack>
  );
}

function Claims({ title, claims }: { title: string; claims: Claim[] }) {
  const { t } = useTranslation("applications");
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("claim")}</Table.Th>
              <Table.Th scope="col">{t("value")}</Table.Th>
              <Table.Th scope="col">{t("why")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {claims.map((claim) => (
              <Table.Tr key={claim.name}>
                <Table.Td>
                  <Code>{claim.name}</Code>
                </Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere" }}>
                  {claim.is_fresh ? (
                    <Text size="sm" c="dimmed" fs="italic">
                      {t("fresh")}
                    </Text>
                  ) : (
                    <Code>{JSON.stringify(claim.value)}</Code>
                  )}
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{claim.why}</Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
