/** Everybody of a tenant: found by the beginning of any of their names, in three orders. */
import { Anchor, Badge, Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { UserPlus, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { displayName } from "@/shared/api/people";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { useFilter } from "@/shared/ui/filter";
import { Page } from "@/shared/ui/Page";
import { SearchField } from "@/shared/ui/SearchField";
import { Failed, Lines, NoMatch, Nothing } from "@/shared/ui/states";
import { type User, type UserFilter, useUsers } from "./api";

export function UsersPage() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const may = useMay();
  const [filter, change] = useFilter<UserFilter>();
  const { query, rows, table } = useUsers(tenant, filter);
  const columns = useColumns(tenant);
  const add = may("user:write") && (
    <Button
      leftSection={<UserPlus size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/t/$tenant/users/new" params={{ tenant }} />}
    >
      {t("add")}
    </Button>
  );
  const filtered = Boolean(filter.search || filter.status);
  const empty = filtered ? (
    <NoMatch />
  ) : (
    <Nothing icon={<Users />} title={t("emptyTitle")} hint={t("emptyHint")} action={add} />
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
        {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending ? (
          <Lines count={10} />
        ) : (
          !(query.isError && rows.length === 0) && (
            <DataTable
              {...table}
              label={t("title")}
              columns={columns}
              rowId={(user) => user.id}
              sort={filter.sort}
              onSort={(sort) => change({ sort })}
              empty={empty}
            />
          )
        )}
      </Stack>
    </Page>
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
