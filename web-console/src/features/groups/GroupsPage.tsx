/** The groups of a tenant's people, by name. */
import { Anchor, Button, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Plus, UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { useFilter } from "@/shared/ui/filter";
import { Page } from "@/shared/ui/Page";
import { SearchField } from "@/shared/ui/SearchField";
import { Failed, Lines, NoMatch, Nothing } from "@/shared/ui/states";
import { type Group, type GroupFilter, useGroups } from "./api";

export function GroupsPage() {
  const { t } = useTranslation("groups");
  const tenant = useTenant();
  const may = useMay();
  const [filter, change] = useFilter<GroupFilter>();
  const { query, rows, table } = useGroups(tenant, filter);
  const columns = useColumns(tenant);
  const add = may("group:write") && (
    <Button
      leftSection={<Plus size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/t/$tenant/groups/new" params={{ tenant }} />}
    >
      {t("add")}
    </Button>
  );
  const empty = filter.search ? (
    <NoMatch />
  ) : (
    <Nothing icon={<UsersRound />} title={t("emptyTitle")} hint={t("emptyHint")} action={add} />
  );
  return (
    <Page title={t("title")} description={t("description")} actions={add}>
      <Stack>
        <SearchField
          value={filter.search ?? ""}
          onSearch={(search) => change({ search })}
          placeholder={t("search")}
        />
        {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending ? (
          <Lines />
        ) : (
          !(query.isError && rows.length === 0) && (
            <DataTable
              {...table}
              label={t("title")}
              columns={columns}
              rowId={(group) => group.id}
              empty={empty}
            />
          )
        )}
      </Stack>
    </Page>
  );
}

function useColumns(tenant: string): Column<Group>[] {
  const { t } = useTranslation("groups");
  return [
    {
      id: "name",
      header: t("name"),
      width: "30%",
      cell: (group) => (
        <Anchor
          size="sm"
          fw={500}
          renderRoot={(props) => (
            <Link {...props} to="/t/$tenant/groups/$groupId/members" params={{ tenant, groupId: group.id }} />
          )}
        >
          {group.name}
        </Anchor>
      ),
    },
    {
      id: "description",
      header: t("groupDescription"),
      cell: (group) => (
        <Text size="sm" lineClamp={1}>
          {group.description || "–"}
        </Text>
      ),
    },
    { id: "created", header: t("created"), width: "13rem", cell: (group) => formatMoment(group.created_at) },
  ];
}
