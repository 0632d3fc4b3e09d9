/** The end of a tenant: deleted by typing its name, restored within the grace, erased after it. */
import { Alert, Button, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { formatMoment, formatNumber, formatRelative } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { say, sayFailed } from "@/shared/ui/forms";
import { type Tenant, useEndTenant } from "./api";

const DAY = 86_400;
const GRACES = [1, 7, 14, 30, 60, 90];

export function DeletionPanel({ tenant }: { tenant: Tenant }) {
  switch (tenant.status) {
    case "deleting":
      return <Deleting tenant={tenant} />;
    case "erasing":
      return <Erasing tenant={tenant} />;
    default:
      return <Deletion tenant={tenant} />;
  }
}

function Deletion({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("tenants");
  const { remove } = useEndTenant();
  const [asking, setAsking] = useState(false);
  const [days, setDays] = useState("30");
  const name = tenant.display_name;
  return (
    <Paper withBorder p="lg">
      <Stack align="start">
        <div>
          <Title order={2} size="h4">
            {t("deletion")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("deletionHint")}
          </Text>
        </div>
        <Button color="red" variant="outline" onClick={() => setAsking(true)}>
          {t("delete")}
        </Button>
      </Stack>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("deleteTitle", { name })}
        action={t("delete")}
        typed={{ value: tenant.name, label: t("deleteType", { name: tenant.name }) }}
        onConfirm={async () => {
          const query = { grace: Number(days) * DAY };
          await remove.mutateAsync({ params: { path: { tenant: tenant.name }, query } });
          say(t("deleted", { name }));
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t("deleteNow")}</Text>
          <Select
            label={t("grace")}
            description={t("graceHint")}
            value={days}
            onChange={(chosen) => setDays(chosen ?? days)}
            data={GRACES.map((count) => ({ value: String(count), label: t("days", { count }) }))}
            allowDeselect={false}
          />
          <Text size="sm" fw={600}>
            {t("deleteAfter", { when: formatMoment(inDays(Number(days))) })}
          </Text>
        </Stack>
      </Confirm>
    </Paper>
  );
}

function inDays(days: number): string {
  return new Date(Date.now() + days * DAY * 1000).toISOString();
}

function Deleting({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("tenants");
  const may = useMay();
  const { restore } = useEndTenant();
  const name = tenant.display_name;
  const end = tenant.delete_at ?? tenant.updated_at;
  const onRestore = async () => {
    try {
      await restore.mutateAsync({ params: { path: { tenant: tenant.name } } });
      say(t("restored", { name }));
    } catch (error) {
      sayFailed(t("restore"), error);
    }
  };
  return (
    <Alert
      color="red"
      icon={<Trash2 />}
      title={t("deletingTitle", { when: formatRelative(end) })}
      role="status"
    >
      <Stack gap="sm" align="start">
        <Text size="sm">{t("deletingText", { when: formatMoment(end) })}</Text>
        {may("tenant:delete") && (
          <Button variant="default" onClick={() => void onRestore()} loading={restore.isPending}>
            {t("restore")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

function Erasing({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("tenants");
  const erased = Object.values(tenant.erased ?? {}).reduce((sum, count) => sum + count, 0);
  return (
    <Alert color="red" icon={<Trash2 />} title={t("erasingTitle")} role="status">
      <Text size="sm">{t("erasingText", { count: erased, shown: formatNumber(erased) })}</Text>
    </Alert>
  );
}
