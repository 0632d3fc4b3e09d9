/** Who administers the platform, and who may look at how it is: each role with those who hold it. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { UserPlus, UserRoundX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/auth/me";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { say } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { Failed, Lines, Loaded, Nothing } from "@/shared/ui/states";
import { type Holder, type Role, useHolders, usePlatformRoles, useTakeRole } from "./api";

export function PlatformRolesPage() {
  const { t } = useTranslation("platformRoles");
  const roles = usePlatformRoles();
  return (
    <Page title={t("title")} description={t("description")}>
      <Loaded query={roles}>
        {({ items }) => (
          <Stack gap="xl">
            {items.map((role) => (
              <OneRole key={role.name} role={role} />
            ))}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function OneRole({ role }: { role: Role }) {
  const { t } = useTranslation("platformRoles");
  const { query, rows, table } = useHolders(role.name);
  const [ending, setEnding] = useState<Holder>();
  const columns = useColumns(setEnding);
  const label = useRoleName(role.name);
  const text = role.name === "platform_admin" || role.name === "platform_auditor" ? role.name : undefined;
  return (
    <Paper withBorder p="lg" component="section" aria-label={label}>
      <Stack>
        <Group justify="space-between" align="start">
          <div style={{ flex: "1 1 20rem" }}>
            <Title order={2} size="h4">
              {label}
            </Title>
            <Text size="sm" c="dimmed" maw={640}>
              {text ? t(`roles.${text}.text`) : role.description}
            </Text>
          </div>
          <Button
            variant="default"
            leftSection={<UserPlus size={16} aria-hidden />}
            renderRoot={(props) => (
              <Link
                {...props}
                to="/platform/roles/new"
                search={{ role: role.name }}
                aria-label={t("giveOne", { role: label })}
              />
            )}
          >
            {t("give")}
          </Button>
        </Group>
        <Group gap={6}>
          {role.permissions.map((permission) => (
            <Badge key={permission} color="gray">
              {permission}
            </Badge>
          ))}
        </Group>
        {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending ? (
          <Lines count={3} />
        ) : (
          !(query.isError && rows.length === 0) && (
            <DataTable
              {...table}
              label={t("holders", { role: label })}
              columns={columns}
              rowId={(holder) => `${holder.home_id}:${holder.principal.kind}:${holder.principal.id}`}
              empty={<Nothing icon={<UserRoundX />} title={t("nobody")} hint={t("nobodyHint")} />}
            />
          )
        )}
      </Stack>
      {ending && <TakeQuestion holder={ending} role={label} onClose={() => setEnding(undefined)} />}
    </Paper>
  );
}

function TakeQuestion({ holder, role, onClose }: { holder: Holder; role: string; onClose: () => void }) {
  const { t } = useTranslation("platformRoles");
  const take = useTakeRole();
  const me = useMe();
  const name = nameOf(holder);
  const isMe = me.data?.id === holder.principal.id;
  const { kind, id } = holder.principal;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t("takeTitle", { role, name })}
      action={t("take")}
      onConfirm={async () => {
        await take.mutateAsync({ params: { path: { role: holder.role, home: holder.home, kind, id } } });
        say(t("taken", { role, name }));
      }}
    >
      {t(isMe ? "takeOwn" : "takeText", { name })} {holder.role === "platform_admin" && t("lastStays")}
    </Confirm>
  );
}

function useColumns(onTake: (holder: Holder) => void): Column<Holder>[] {
  const { t } = useTranslation("platformRoles");
  const me = useMe();
  return [
    {
      id: "name",
      header: t("name"),
      cell: (holder) => (
        <Group gap="xs" wrap="nowrap">
          <Text size="sm" fw={500}>
            {nameOf(holder)}
          </Text>
          {me.data?.id === holder.principal.id && <Badge color="blue">{t("you")}</Badge>}
        </Group>
      ),
    },
    { id: "kind", header: t("kind"), cell: (holder) => t(`kinds.${holder.principal.kind}`) },
    { id: "home", header: t("home"), cell: (holder) => holder.home },
    { id: "since", header: t("since"), cell: (holder) => formatMoment(holder.assigned_at) },
    {
      id: "take",
      header: t("take"),
      quiet: true,
      align: "right",
      cell: (holder) => (
        <Button
          size="compact-xs"
          variant="subtle"
          color="red"
          aria-label={t("takeFrom", { name: nameOf(holder) })}
          onClick={() => onTake(holder)}
        >
          {t("take")}
        </Button>
      ),
    },
  ];
}

/** What a role of the platform is called; one that this console does not know by its own name. */
export function useRoleName(role: string): string {
  const { t } = useTranslation("platformRoles");
  return role === "platform_admin" || role === "platform_auditor" ? t(`roles.${role}.name`) : role;
}

function nameOf(holder: Holder): string {
  return holder.name ?? holder.principal.id;
}
