/** Every tenant of the platform: found by the beginning of any word of its names. */
import { Anchor, Badge, Button, Code, Group, Select, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Building2, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { useFilter } from "@/shared/ui/filter";
import { Page } from "@/shared/ui/Page";
import { SearchField } from "@/shared/ui/SearchField";
import { Failed, Lines, NoMatch, Nothing } from "@/shared/ui/states";
import { type Tenant, type TenantFilter, useTenants } from "./api";
import { COLOURS, STATUSES } from "./status";

export function TenantsPage() {
  const { t } = useTranslation("tenants");
  const may = useMay();
  const [filter, change] = useFilter<TenantFilter>();
  const { query, rows, table } = useTenants(filter);
  const columns = useColumns();
  const add = may("tenant:create") && (
    <Button
      leftSection={<Plus size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/platform/tenants/new" />}
    >
      {t("add")}
    </Button>
  );
  const filtered = Boolean(filter.search || filter.status);
  const empty = filtered ? (
    <NoMatch />
  ) : (
    <Nothing icon={<Building2 />} title={t("emptyTitle")} hint={t("emptyHint")} action={add} />
  );
  return (
    <Page title={t("title")} description={t("description")} actions={add}>
      <Stack>
        <Group justify="space-between">
          <SearchField
            value={filter.search ?? ""}
            onSearch={(search) => change({ search })}
            placeholder={t("search")}
          />
          <Select
            aria-label={t("status")}
            value={filter.status ?? ""}
            onChange={(status) => change({ status: status ?? "" })}
            data={[
              { value: "", label: t("anyStatus") },
              ...STATUSES.map((status) => ({ value: status, label: t(`statuses.${status}`) })),
            ]}
            allowDeselect={false}
            w={{ base: "100%", sm: 200 }}
          />
        </Group>
        {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending ? (
          <Lines count={10} />
        ) : (
          !(query.isError && rows.length === 0) && (
            <DataTable
              {...table}
              label={t("title")}
              columns={columns}
              rowId={(tenant) => tenant.id}
              sort={filter.sort ?? "name"}
              onSort={(sort) => change({ sort })}
              empty={empty}
            />
          )
        )}
      </Stack>
    </Page>
  );
}

function useColumns(): Column<Tenant>[] {
  const { t } = useTranslation("tenants");
  return [
    {
      id: "name",
      header: t("displayName"),
      sort: "name",
      cell: (tenant) => (
        <Group gap="xs" wrap="nowrap">
          <Anchor
            size="sm"
            fw={500}
            renderRoot={(props) => (
              <Link {...props} to="/platform/tenants/$name" params={{ name: tenant.name }} />
            )}
          >
            {tenant.display_name}
          </Anchor>
          <Code>{tenant.name}</Code>
        </Group>
      ),
    },
    {
      id: "domain",
      header: t("domain"),
      cell: (tenant) => (
        <Group gap="xs" wrap="nowrap">
          <Text size="sm">{tenant.domain ?? tenant.pending_domain ?? "–"}</Text>
          {tenant.pending_domain && <Badge color="yellow">{t("waiting")}</Badge>}
        </Group>
      ),
    },
    {
      id: "status",
      header: t("status"),
      cell: (tenant) => <Badge color={COLOURS[tenant.status]}>{t(`statuses.${tenant.status}`)}</Badge>,
    },
    {
      id: "created",
      header: t("created"),
      sort: "created_at",
      cell: (tenant) => formatMoment(tenant.created_at),
    },
  ];
}
