/** Every tenant of the platform. */
import { Anchor, Badge, Button, Code } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Building2, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Page } from "@/shared/ui/Page";
import { Failed, Lines, Nothing } from "@/shared/ui/states";
import { type Tenant, useTenants } from "./api";
import { COLOURS } from "./status";

export function TenantsPage() {
  const { t } = useTranslation("tenants");
  const may = useMay();
  const { query, table } = useTenants();
  const columns = useColumns();
  const add = may("tenant:create") && (
    <Button
      leftSection={<Plus size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/platform/tenants/new" />}
    >
      {t("add")}
    </Button>
  );
  return (
    <Page title={t("title")} description={t("description")} actions={add}>
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <Lines />
      ) : (
        <DataTable
          {...table}
          label={t("title")}
          columns={columns}
          rowId={(tenant) => tenant.id}
          empty={<Nothing icon={<Building2 />} title={t("emptyTitle")} hint={t("emptyHint")} action={add} />}
        />
      )}
    </Page>
  );
}

function useColumns(): Column<Tenant>[] {
  const { t } = useTranslation("tenants");
  return [
    {
      id: "display_name",
      header: t("displayName"),
      cell: (tenant) => (
        <Anchor
          size="sm"
          fw={500}
          renderRoot={(props) => (
            <Link {...props} to="/platform/tenants/$name" params={{ name: tenant.name }} />
          )}
        >
          {tenant.display_name}
        </Anchor>
      ),
    },
    { id: "name", header: t("name"), cell: (tenant) => <Code>{tenant.name}</Code> },
    {
      id: "status",
      header: t("status"),
      cell: (tenant) => <Badge color={COLOURS[tenant.status]}>{t(`statuses.${tenant.status}`)}</Badge>,
    },
    { id: "created", header: t("created"), cell: (tenant) => formatMoment(tenant.created_at) },
  ];
}
