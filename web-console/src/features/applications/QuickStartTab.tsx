/** How to begin in code, with the application's own values filled in. */
import {
  ActionIcon,
  Code,
  CopyButton,
  Group,
  Paper,
  SegmentedControl,
  Stack,
  Text,
  Title,
  Tooltip,
} from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { issuerOf } from "@/shared/auth/flow";
import { CopyValue } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { useClientId } from "./ApplicationPage";
import { type Client, useClient } from "./api";
import { snippetsFor } from "./snippets";

export function QuickStartTab() {
  const tenant = useTenant();
  const client = useClient(tenant, useClientId());
  return <Loaded query={client}>{(found) => <QuickStart client={found} />}</Loaded>;
}

function QuickStart({ client }: { client: Client }) {
  const { t } = useTranslation("applications");
  const issuer = issuerOf(useTenant());
  const snippets = snippetsFor(client, issuer);
  const [chosen, setChosen] = useState(snippets[0]?.id ?? "");
  const snippet = snippets.find((one) => one.id === chosen);
  return (
    <Stack maw={1000}>
      <Paper withBorder p="lg">
        <Stack gap="xs">
          <Title order={2} size="h4">
            {t("endpoints")}
          </Title>
          <Row label={t("issuer")} value={issuer} />
          <Row label={t("discovery")} value={`${issuer}/.well-known/openid-configuration`} />
          <Row label={t("clientId")} value={client.client_id} />
        </Stack>
      </Paper>
      {snippets.length > 1 && (
        <SegmentedControl
          aria-label={t("framework")}
          value={chosen}
          onChange={setChosen}
          data={snippets.map((one) => ({ value: one.id, label: one.label }))}
        />
      )}
      {snippet?.install && <CodeBlock name={t("install")} code={snippet.install} />}
      {snippet && <CodeBlock name={snippet.file} code={snippet.code} />}
      {client.token_endpoint_auth_method !== "none" && (
        <Text size="sm" c="dimmed">
          {t("secretFromEnvironment")}
        </Text>
      )}
    </Stack>
  );
}

function Row({ label, value }: { label: string; value: string }) {
  return (
    <Group gap="sm">
      <Text size="sm" w={130}>
        {label}
      </Text>
      <CopyValue value={value} label={label} />
    </Group>
  );
}

function CodeBlock({ name, code }: { name: string; code: string }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder>
      <Group justify="space-between" px="md" py={6}>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <CopyButton value={code}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t("common.copied") : t("common.copy")}>
              <ActionIcon onClick={copy} aria-label={`${t("common.copy")}: ${name}`}>
                {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
      <Code block tabIndex={0}>
        {code}
      </Code>
    </Paper>
  );
}
