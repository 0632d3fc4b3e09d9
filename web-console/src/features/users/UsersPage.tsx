/** Everybody of a tenant: found by the beginning of any of their names, in three orders; one thing done to many of them. */
import { Anchor, Badge, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { displayName } from "@/shared/api/people";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment, formatNumber } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { useFilter } from "@/shared/ui/filter";
import { Page } from "@/shared/ui/Page";
import { SearchField } from "@/shared/ui/SearchField";
import { Failed, Lines, NoMatch, Nothing } from "@/shared/ui/states";
import { type User, type UserFilter, useUserCount, useUsers } from "./api";
import { BulkBar } from "./BulkBar";
import { BulkDialog } from "./BulkDialog";
import type { BulkAction } from "./bulk";
import { usePicked } from "./picked";
import { AddUser, UsersActions } from "./UsersActions";

export function UsersPage() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const may = useMay();
  const [filter, change] = useFilter<UserFilter>();
  const { query, rows, table } = useUsers(tenant, filter);
  const columns = useColumns(tenant);
  const filtered = Boolean(filter.search || filter.status);
  const count = useUserCount(tenant, filter).data;
  const total =
    count && (count.more ? t("moreThan", { count: formatNumber(count.count) }) : formatNumber(count.count));
  const picked = usePicked(filter, rows);
  const [action, setAction] = useState<BulkAction>();
  const isPicking = may("user:write") || may("session:end") || may("role:assign");
  const isAllLoaded = picked.people.length === rows.length;
  const empty = filtered ? (
    <NoMatch />
  ) : (
    <Nothing
      icon={<Users />}
      title={t("emptyTitle")}
      hint={t("emptyHint")}
      action={may("user:write") && <AddUser />}
    />
  );
  return (
    <Page title={t("title")} description={t("description")} actions={<UsersActions filter={filter} />}>
      <Stack>
        {picked.people.length > 0 ? (
          <BulkBar
            count={picked.people.length}
            all={picked.all}
            beyond={isAllLoaded && table.hasMore}
            total={filtered ? total : undefined}
            onAll={picked.everybody}
            onClear={picked.nobody}
            onAction={setAction}
          />
        ) : (
          <Toolbar filter={filter} change={change} total={total} />
        )}
        {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending ? (
          <Lines count={10} />
        ) : (
          !(query.isError && rows.length === 0) && (
            <DataTable
              {...table}
              label={t("title")}
              columns={columns}
              rowId={idOf}
              rowLabel={usernameOf}
              selection={isPicking ? { ids: picked.ids, onChange: picked.some } : undefined}
              sort={filter.sort}
              onSort={(sort) => change({ sort })}
              empty={empty}
            />
          )
        )}
      </Stack>
      {action && (
        <BulkDialog
          action={action}
          target={picked.all ? { found: filter } : { picked: picked.people }}
          found={count?.more ? undefined : count?.count}
          onClose={(changed) => {
            setAction(undefined);
            if (changed) picked.nobody();
          }}
        />
      )}
    </Page>
  );
}

const idOf = (user: User) => user.id;
const usernameOf = (user: User) => user.username;

function Toolbar(props: {
  filter: UserFilter;
  change: ReturnType<typeof useFilter<UserFilter>>[1];
  total: string | undefined;
}) {
  const { filter, change, total } = props;
  const { t } = useTranslation("users");
  return (
    <Group justify="space-between">
      <Group gap="md">
        <SearchField
          value={filter.search ?? ""}
          onSearch={(search) => change({ search })}
          placeholder={t("search")}
        />
        {total !== undefined && (
          <Text size="sm" c="dimmed" role="status">
            {t("total", { total })}
          </Text>
        )}
      </Group>
      <SegmentedControl
        aria-label={t("status")}
        value={filter.status ?? ""}
        onChange={(status) => change({ status })}
        data={[
          { value: "", label: t("anyStatus") },
          { value: "active", label: t("active") },
          { value: "disabled", label: t("disabled") },
        ]}
      />
    </Group>
  );
}

function useColumns(tenant: string): Column<User>[] {
  const { t } = useTranslation("users");
  return [
    {
      id: "username",
      header: t("username"),
      sort: "username",
      cell: (user) => (
        <Anchor
          size="sm"
          fw={500}
          renderRoot={(props) => (
            <Link {...props} to="/t/$tenant/users/$userId/profile" params={{ tenant, userId: user.id }} />
          )}
        >
          {user.username}
        </Anchor>
      ),
    },
    { id: "name", header: t("name"), cell: (user) => displayName(user) ?? "–" },
    {
      id: "email",
      header: t("email"),
      sort: "email",
      cell: (user) => (
        <Group gap={6} wrap="nowrap">
          <Text size="sm">{user.email ?? "–"}</Text>
          {user.email_verified && <Badge color="green">{t("verified")}</Badge>}
        </Group>
      ),
    },
    {
      id: "status",
      header: t("status"),
      cell: (user) => <Badge color={user.status === "active" ? "green" : "gray"}>{t(user.status)}</Badge>,
    },
    {
      id: "created",
      header: t("created"),
      sort: "created_at",
      cell: (user) => formatMoment(user.created_at),
    },
  ];
}
