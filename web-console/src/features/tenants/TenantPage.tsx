/** One tenant as the platform sees it: its state, never its people. */
import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { say, sayFailed } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { CopyValue } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { type Tenant, useOneTenant, useSetTenantStatus } from "./api";
import { COLOURS } from "./status";

export function TenantPage() {
  const { t } = useTranslation("tenants");
  const { name } = useParams({ from: "/signed-in/platform/tenants/$name" });
  const tenant = useOneTenant(name);
  return (
    <Page title={tenant.data?.display_name ?? name} crumbs={[{ label: t("title"), to: "/platform/tenants" }]}>
      <Loaded query={tenant}>{(found) => <Details tenant={found} />}</Loaded>
    </Page>
  );
}

function Details({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("tenants");
  const may = useMay();
  return (
    <Paper withBorder p="lg" maw={720}>
      <Stack gap="sm">
        <Group>
          <Badge color={COLOURS[tenant.status]}>{t(`statuses.${tenant.status}`)}</Badge>
          <Text size="sm" c="dimmed">
            {t("since", { when: formatMoment(tenant.created_at) })}
          </Text>
        </Group>
        <CopyValue value={tenant.issuer} label={t("issuer")} />
        <CopyValue value={tenant.id} label="id" />
        {may("tenant:suspend") && <Suspension tenant={tenant} />}
      </Stack>
    </Paper>
  );
}

function Suspension({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("tenants");
  const status = useSetTenantStatus();
  const [asking, setAsking] = useState(false);
  const name = tenant.display_name;
  const where = { params: { path: { tenant: tenant.name } } };
  const resume = async () => {
    try {
      await status.resume.mutateAsync(where);
      say(t("resumed", { name }));
    } catch (error) {
      sayFailed(t("resume"), error);
    }
  };
  return (
    <Group mt="sm">
      {tenant.status === "active" && (
        <Button variant="outline" color="red" onClick={() => setAsking(true)}>
          {t("suspend")}
        </Button>
      )}
      {tenant.status === "suspended" && (
        <Button onClick={() => void resume()} loading={status.resume.isPending}>
          {t("resume")}
        </Button>
      )}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("suspendTitle", { name })}
        action={t("suspend")}
        onConfirm={async () => {
          await status.suspend.mutateAsync(where);
          say(t("suspended", { name }));
        }}
      >
        {t("suspendText")}
      </Confirm>
    </Group>
  );
}
