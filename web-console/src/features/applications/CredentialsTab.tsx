/** How an application proves that it is itself: its secrets, made here and shown once. */
import { Alert, Badge, Button, Group, Modal, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { KeyRound, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { SaveError, say } from "@/shared/ui/forms";
import { CopyValue, SecretOnce } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { useClientId } from "./ApplicationPage";
import { type Client, useClient, useEndSecret, useRotateSecret } from "./api";

export function CredentialsTab() {
  const tenant = useTenant();
  const client = useClient(tenant, useClientId());
  return <Loaded query={client}>{(found) => <Credentials client={found} />}</Loaded>;
}

function Credentials({ client }: { client: Client }) {
  const { t } = useTranslation("applications");
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const [fresh, setFresh] = useState<string>();
  if (client.token_endpoint_auth_method === "none") {
    return (
      <Alert icon={<ShieldCheck />} title={t("publicClient")} maw={820}>
        {t("publicClientHint")}
      </Alert>
    );
  }
  return (
    <Stack maw={820}>
      {fresh && (
        <SecretOnce title={t("secretOnce")} hint={t("secretOnceHint")} values={{ [t("secret")]: fresh }} />
      )}
      <Paper withBorder p="lg">
        <Stack>
          <Group justify="space-between">
            <Title order={2} size="h4">
              {t("secrets")}
            </Title>
            {may("client:write") && (
              <Button
                variant="default"
                leftSection={<KeyRound size={16} aria-hidden />}
                onClick={() => setAsking(true)}
              >
                {t("rotate")}
              </Button>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {t("secretsHint", { method: client.token_endpoint_auth_method })}
          </Text>
          {client.secrets.map((secret) => (
            <OneSecret key={secret.id} client={client} secret={secret} />
          ))}
        </Stack>
      </Paper>
      <Rotate opened={asking} onClose={() => setAsking(false)} client={client} onMade={setFresh} />
    </Stack>
  );
}

function OneSecret({ client, secret }: { client: Client; secret: Client["secrets"][number] }) {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const may = useMay();
  const end = useEndSecret();
  const [asking, setAsking] = useState(false);
  return (
    <Group justify="space-between">
      <Stack gap={2}>
        <CopyValue value={secret.id} label={t("secretId")} />
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {t("madeAt", { when: formatMoment(secret.created_at) })}
          </Text>
          {secret.expires_at && (
            <Badge color="yellow">{t("endsAt", { when: formatMoment(secret.expires_at) })}</Badge>
          )}
        </Group>
      </Stack>
      {may("client:write") && client.secrets.length > 1 && (
        <Button variant="subtle" color="red" size="xs" onClick={() => setAsking(true)}>
          {t("endSecret")}
        </Button>
      )}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("endSecretTitle")}
        action={t("endSecret")}
        onConfirm={async () => {
          const path = { tenant, client_id: client.client_id, secret_id: secret.id };
          await end.mutateAsync({ params: { path } });
          say(t("secretEnded"));
        }}
      >
        {t("endSecretText")}
      </Confirm>
    </Group>
  );
}

const OVERLAPS = {
  "0": "none",
  "3600": "hour",
  "86400": "day",
  "604800": "week",
  "2592000": "month",
} as const;

function Rotate(props: {
  opened: boolean;
  onClose: () => void;
  client: Client;
  onMade: (secret: string) => void;
}) {
  const { t } = useTranslation(["applications", "shared"]);
  const tenant = useTenant();
  const rotate = useRotateSecret();
  const [overlap, setOverlap] = useState("86400");
  const submit = async () => {
    const path = { tenant, client_id: props.client.client_id };
    const made = await rotate
      .mutateAsync({ params: { path }, body: { overlap: Number(overlap) } })
      .catch(() => undefined);
    if (made?.client_secret) {
      props.onMade(made.client_secret);
      props.onClose();
    }
  };
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t("rotate")}
      closeButtonProps={{ "aria-label": t("shared:common.close") }}
    >
      <Stack>
        <Text size="sm">{t("rotateText")}</Text>
        <Select
          label={t("overlap")}
          allowDeselect={false}
          value={overlap}
          onChange={(value) => setOverlap(value ?? "0")}
          data={Object.entries(OVERLAPS).map(([value, name]) => ({ value, label: t(`overlaps.${name}`) }))}
        />
        <SaveError error={rotate.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t("shared:common.cancel")}
          </Button>
          <Button loading={rotate.isPending} onClick={() => void submit()}>
            {t("rotate")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
