/** The applications of a tenant. */
import { Anchor, Badge, Button, Code } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { AppWindow, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Page } from "@/shared/ui/Page";
import { Failed, Lines, Nothing } from "@/shared/ui/states";
import { type Client, useClients } from "./api";

export function ApplicationsPage() {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const may = useMay();
  const { query, table } = useClients(tenant);
  const columns = useColumns(tenant);
  const add = may("client:write") && (
    <Button
      leftSection={<Plus size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/t/$tenant/applications/new" params={{ tenant }} />}
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
          rowId={(client) => client.client_id}
          empty={<Nothing icon={<AppWindow />} title={t("emptyTitle")} hint={t("emptyHint")} action={add} />}
        />
      )}
    </Page>
  );
}

function useColumns(tenant: string): Column<Client>[] {
  const { t } = useTranslation("applications");
  return [
    {
      id: "name",
      header: t("name"),
      cell: (client) => (
        <Anchor
          size="sm"
          fw={500}
          renderRoot={(props) => (
            <Link
              {...props}
              to="/t/$tenant/applications/$clientId/settings"
              params={{ tenant, clientId: client.client_id }}
            />
          )}
        >
          {client.client_name}
        </Anchor>
      ),
    },
    { id: "kind", header: t("kind"), cell: (client) => t(`kinds.${client.kind}.name`) },
    { id: "id", header: t("clientId"), cell: (client) => <Code>{client.client_id}</Code> },
    {
      id: "status",
      header: t("status"),
      cell: (client) => (
        <Badge color={client.status === "active" ? "green" : "gray"}>{t(`statuses.${client.status}`)}</Badge>
      ),
    },
    { id: "created", header: t("created"), cell: (client) => formatMoment(client.created_at) },
  ];
}
