/** Domains that tenants asked for and that wait for somebody of the platform. */
import { Anchor, Button, Code, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Globe } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatMoment } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Page } from "@/shared/ui/Page";
import { Failed, Lines, Nothing } from "@/shared/ui/states";
import { type Tenant, useWaitingDomains } from "./api";
import { type Decision, DomainQuestion } from "./DomainPanel";

export function DomainsPage() {
  const { t } = useTranslation("tenants");
  const { query, rows, table } = useWaitingDomains();
  const [decision, setDecision] = useState<Decision>();
  const columns = useColumns(setDecision);
  return (
    <Page title={t("domainsTitle")} description={t("domainsDescription")}>
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <Lines />
      ) : (
        !(query.isError && rows.length === 0) && (
          <DataTable
            {...table}
            label={t("domainsTitle")}
            columns={columns}
            rowId={(tenant) => tenant.id}
            empty={<Nothing icon={<Globe />} title={t("noDomains")} hint={t("noDomainsHint")} />}
          />
        )
      )}
      <DomainQuestion decision={decision} onClose={() => setDecision(undefined)} />
    </Page>
  );
}

function useColumns(onDecide: (decision: Decision) => void): Column<Tenant>[] {
  const { t } = useTranslation("tenants");
  return [
    {
      id: "domain",
      header: t("domain"),
      cell: (tenant) => <Code>{tenant.pending_domain}</Code>,
    },
    {
      id: "tenant",
      header: t("tenant"),
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
    { id: "issuer", header: t("issuerNow"), cell: (tenant) => <Code>{tenant.issuer}</Code> },
    { id: "asked", header: t("updated"), cell: (tenant) => formatMoment(tenant.updated_at) },
    {
      id: "do",
      header: t("approve"),
      quiet: true,
      align: "right",
      cell: (tenant) => {
        const domain = tenant.pending_domain ?? "";
        return (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            <Button
              size="compact-xs"
              variant="subtle"
              color="red"
              onClick={() => onDecide({ tenant, domain, kind: "refuse" })}
            >
              {t("refuse")}
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onDecide({ tenant, domain, kind: "approve" })}
            >
              {t("approve")}
            </Button>
          </Group>
        );
      },
    },
  ];
}
