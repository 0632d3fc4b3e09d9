/** The groups that a person is a member of. */
import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { Confirm } from "@/shared/ui/Confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { say, sayFailed } from "@/shared/ui/forms";
import { SearchSelect } from "@/shared/ui/SearchSelect";
import { Failed, Lines, Nothing } from "@/shared/ui/states";
import { type Group as Membership, useGroupsFound, useMemberships, useSetMembership } from "./memberships";

export function GroupsTab() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { userId } = useParams({ from: "/signed-in/t/$tenant/users/$userId" });
  const may = useMay();
  const { query, rows, table } = useMemberships(tenant, userId);
  const { leave } = useSetMembership();
  const [leaving, setLeaving] = useState<Membership>();
  const columns = useColumns(tenant, may("group:write") ? setLeaving : undefined);
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Lines />;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t("groupsHint")}
      </Text>
      {may("group:write") && <Join userId={userId} isIn={new Set(rows.map(({ id }) => id))} />}
      <DataTable
        {...table}
        label={t("groups")}
        columns={columns}
        rowId={(group) => group.id}
        empty={<Nothing icon={<Users />} title={t("noGroups")} hint={t("noGroupsHint")} />}
      />
      <Confirm
        opened={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        title={t("leaveTitle", { group: leaving?.name })}
        action={t("leave")}
        onConfirm={async () => {
          if (!leaving) return;
          await leave.mutateAsync({ params: { path: { tenant, group_id: leaving.id, user_id: userId } } });
          say(t("left", { group: leaving.name }));
        }}
      >
        {t("leaveText")}
      </Confirm>
    </Stack>
  );
}

function Join({ userId, isIn }: { userId: string; isIn: ReadonlySet<string> }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { join } = useSetMembership();
  const [search, setSearch] = useState("");
  const found = useGroupsFound(tenant, search).data?.items ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const add = async (group_id: string) => {
    const group = found.find(({ id }) => id === group_id)?.name ?? group_id;
    try {
      await join.mutateAsync({ params: { path: { tenant, group_id } }, body: { user_ids: [userId] } });
      say(t("joined", { group }));
      setChosen(null);
    } catch (error) {
      sayFailed(t("join"), error);
    }
  };
  return (
    <Group gap="xs" align="end">
      <SearchSelect
        label={t("chooseGroup")}
        options={found.map(({ id, name }) => ({ value: id, label: name, disabled: isIn.has(id) }))}
        onSearch={setSearch}
        value={chosen}
        onChange={setChosen}
        miw={320}
      />
      <Button
        variant="default"
        disabled={chosen === null}
        loading={join.isPending}
        onClick={() => chosen !== null && void add(chosen)}
      >
        {t("join")}
      </Button>
    </Group>
  );
}

function useColumns(
  tenant: string,
  onLeave: ((group: Membership) => void) | undefined,
): Column<Membership>[] {
  const { t } = useTranslation("users");
  const columns: Column<Membership>[] = [
    {
      id: "name",
      header: t("group"),
      cell: (group) => (
        <Anchor
          size="sm"
          fw={500}
          renderRoot={(props) => <Link {...props} to={`/t/${tenant}/groups/${group.id}/members` as string} />}
        >
          {group.name}
        </Anchor>
      ),
    },
    { id: "description", header: t("groupDescription"), cell: (group) => group.description || "–" },
  ];
  if (!onLeave) return columns;
  const action = (group: Membership) => (
    <Button
      size="compact-xs"
      variant="subtle"
      color="red"
      aria-label={`${t("leave")}: ${group.name}`}
      onClick={() => onLeave(group)}
    >
      {t("leave")}
    </Button>
  );
  return [...columns, { id: "leave", header: t("leave"), align: "right", quiet: true, cell: action }];
}
