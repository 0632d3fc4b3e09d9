/** What there is to take along from a new application; its secret is shown this once. */
import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { issuerOf } from "@/shared/auth/flow";
import { CopyValue, SecretOnce } from "@/shared/ui/Secret";
import type { Client } from "./api";

export function CreatedApplication({ client, secret }: { client: Client; secret: string | null }) {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const params = { tenant, clientId: client.client_id };
  return (
    <Stack maw={820}>
      {secret && (
        <SecretOnce title={t("secretOnce")} hint={t("secretOnceHint")} values={{ [t("secret")]: secret }} />
      )}
      <Paper withBorder p="lg">
        <Stack gap="sm">
          <Labelled label={t("clientId")} value={client.client_id} />
          <Labelled label={t("issuer")} value={issuerOf(tenant)} />
          <Group mt="sm">
            <Button
              renderRoot={(props) => (
                <Link {...props} to="/t/$tenant/applications/$clientId/quick-start" params={params} />
              )}
            >
              {t("tabs.quickStart")}
            </Button>
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link {...props} to="/t/$tenant/applications/$clientId/settings" params={params} />
              )}
            >
              {t("tabs.settings")}
            </Button>
          </Group>
        </Stack>
      </Paper>
    </Stack>
  );
}

function Labelled({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <CopyValue value={value} label={label} />
    </div>
  );
}
