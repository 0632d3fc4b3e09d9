/** Who is in a group: people are added as a search finds them, some at a time. */
import { Anchor, Badge, Button, Group, MultiSelect, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { displayName, usePeople } from "@/shared/api/people";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { say, sayFailed } from "@/shared/ui/forms";
import { Failed, Lines, Nothing } from "@/shared/ui/states";
import { type Member, useMembers, useSetMembers } from "./api";
import { useGroupId } from "./GroupPage";

/** What the API takes at a time. */
const MOST = 200;

export function MembersTab() {
  const { t } = useTranslation("groups");
  const tenant = useTenant();
  const group_id = useGroupId();
  const may = useMay();
  const { query, table } = useMembers(tenant, group_id);
  const { remove } = useSetMembers();
  const [leaving, setLeaving] = useState<Member>();
  const columns = useColumns(tenant, may("group:write") ? setLeaving : undefined);
  return (
    <Stack>
      {may("group:write") && may("user:read") && <AddMembers groupId={group_id} />}
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <Lines />
      ) : (
        <DataTable
          {...table}
          label={t("tabs.members")}
          columns={columns}
          rowId={(member) => member.user_id}
          empty={<Nothing icon={<UsersRound />} title={t("noMembers")} hint={t("noMembersHint")} />}
        />
      )}
      <Confirm
        opened={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        title={t("leaveTitle", { name: leaving?.username })}
        action={t("leave")}
        onConfirm={async () => {
          if (!leaving) return;
          const { user_id, username } = leaving;
          await remove.mutateAsync({ params: { path: { tenant, group_id, user_id } } });
          say(t("left", { name: username }));
        }}
      >
        {t("leaveText")}
      </Confirm>
    </Stack>
  );
}

function AddMembers({ groupId: group_id }: { groupId: string }) {
  const { t } = useTranslation(["groups", "shared"]);
  const tenant = useTenant();
  const { add } = useSetMembers();
  const [search, setSearch] = useState("");
  const [wanted] = useDebouncedValue(search.trim(), 250);
  const [chosen, setChosen] = useState<string[]>([]);
  // Those chosen keep their names while another search shows others.
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const found = (usePeople(tenant, wanted).data?.items ?? []).map((user) => ({
    value: user.id,
    label: [user.username, displayName(user)].filter(Boolean).join(" · "),
  }));
  const listed = new Set(found.map(({ value }) => value));
  const kept = chosen
    .filter((id) => !listed.has(id))
    .map((id) => ({ value: id, label: names.get(id) ?? id }));
  const change = (ids: string[]) => {
    setNames(new Map([...names, ...found.map(({ value, label }) => [value, label] as const)]));
    setChosen(ids);
    setSearch("");
  };
  const submit = async () => {
    try {
      const { user_ids } = await add.mutateAsync({
        params: { path: { tenant, group_id } },
        body: { user_ids: chosen },
      });
      say(t("joined", { count: user_ids.length }));
      setChosen([]);
    } catch (error) {
      sayFailed(t("join"), error);
    }
  };
  return (
    <Group gap="xs" align="start">
      <MultiSelect
        aria-label={t("choosePeople")}
        placeholder={chosen.length === 0 ? t("shared:people.choose") : ""}
        searchable
        clearable
        hidePickedOptions
        data={[...found, ...kept]}
        filter={({ options }) => options.filter((option) => "value" in option && listed.has(option.value))}
        searchValue={search}
        onSearchChange={setSearch}
        value={chosen}
        onChange={change}
        maxValues={MOST}
        nothingFoundMessage={t("shared:people.nobody")}
        flex={1}
        maw={560}
        miw={240}
      />
      <Button disabled={chosen.length === 0} loading={add.isPending} onClick={() => void submit()}>
        {t("join")}
      </Button>
    </Group>
  );
}

function useColumns(tenant: string, onLeave: ((member: Member) => void) | undefined): Column<Member>[] {
  const { t } = useTranslation("groups");
  const columns: Column<Member>[] = [
    {
      id: "username",
      header: t("username"),
      cell: (member) => (
        <Anchor
          size="sm"
          fw={500}
          renderRoot={(props) => (
            <Link
              {...props}
              to="/t/$tenant/users/$userId/profile"
              params={{ tenant, userId: member.user_id }}
            />
          )}
        >
          {member.username}
        </Anchor>
      ),
    },
    { id: "email", header: t("email"), cell: (member) => member.email ?? "–" },
    {
      id: "status",
      header: t("status"),
      cell: (member) => (
        <Badge color={member.status === "active" ? "green" : "gray"}>{t(`statuses.${member.status}`)}</Badge>
      ),
    },
    { id: "joined", header: t("joinedAt"), cell: (member) => formatMoment(member.joined_at) },
  ];
  if (!onLeave) return columns;
  const action = (member: Member) => (
    <Button
      size="compact-xs"
      variant="subtle"
      color="red"
      aria-label={`${t("leave")}: ${member.username}`}
      onClick={() => onLeave(member)}
    >
      {t("leave")}
    </Button>
  );
  return [...columns, { id: "leave", header: t("leave"), align: "right", quiet: true, cell: action }];
}
