/** Who of the platform may read in this tenant now, for its owner. */
import { Button, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { DoorClosed, ScrollText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment, formatRelative } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Page } from "@/shared/ui/Page";
import { Failed, Lines, Nothing } from "@/shared/ui/states";
import { type Access, useAccessesTo } from "./api";
import { nameOfPrincipal } from "./names";

export function TenantAccessesPage() {
  const { t } = useTranslation("accesses");
  const tenant = useTenant();
  const may = useMay();
  const { query, rows, table } = useAccessesTo(tenant);
  const columns = useColumns();
  return (
    <Page
      title={t("tenantTitle")}
      description={t("tenantDescription")}
      actions={may("audit:read") && <InAudit tenant={tenant} />}
    >
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <Lines />
      ) : (
        !(query.isError && rows.length === 0) && (
          <DataTable
            {...table}
            label={t("tenantTitle")}
            columns={columns}
            rowId={(access) => access.id}
            empty={
              <Nothing icon={<DoorClosed />} title={t("tenantEmptyTitle")} hint={t("tenantEmptyHint")} />
            }
          />
        )
      )}
    </Page>
  );
}

function InAudit({ tenant }: { tenant: string }) {
  const { t } = useTranslation("accesses");
  const search = { type: "access.declared,access.ended" };
  return (
    <Button
      variant="default"
      leftSection={<ScrollText size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/t/$tenant/audit" params={{ tenant }} search={search} />}
    >
      {t("inAudit")}
    </Button>
  );
}

function useColumns(): Column<Access>[] {
  const { t } = useTranslation("accesses");
  return [
    { id: "who", header: t("who"), cell: (access) => `${nameOfPrincipal(access)} · ${access.home}` },
    {
      id: "reason",
      header: t("reason"),
      cell: ({ reason }) => (
        <Text size="sm" maw={520}>
          {reason}
        </Text>
      ),
    },
    { id: "declared", header: t("declared"), cell: (access) => formatMoment(access.declared_at) },
    { id: "ends", header: t("ends"), cell: (access) => formatRelative(access.expires_at) },
  ];
}
