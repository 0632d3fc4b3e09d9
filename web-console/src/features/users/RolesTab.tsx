/** What a person may do, and by what: the roles that they hold themselves, and those of their groups. */
import { Anchor, Badge, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { byNoun, type Permission, permissionText, useRoles } from "@/shared/api/roles";
import { useMay, useTenant } from "@/shared/api/tenant";
import { HeldRoles, RoleLink } from "@/shared/ui/HeldRoles";
import { Failed, Lines, Loaded } from "@/shared/ui/states";
import { useAuthority, useHeldRoles, useSetRole } from "./api";
import { type RoleOfGroup, useMemberships, useRolesOfGroups } from "./memberships";

export function RolesTab() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { userId } = useParams({ from: "/signed-in/t/$tenant/users/$userId" });
  const may = useMay();
  const held = useHeldRoles(tenant, userId);
  const set = useSetRole();
  const path = (role: string) => ({ params: { path: { tenant, user_id: userId, role } } });
  return (
    <Stack maw={980} gap="xl">
      <Part title={t("ownRoles")} hint={t("ownRolesHint")}>
        <Loaded query={held}>
          {({ items }) => (
            <HeldRoles
              held={items}
              give={(role) => set.give.mutateAsync(path(role))}
              take={(role) => set.take.mutateAsync(path(role))}
            />
          )}
        </Loaded>
      </Part>
      {may("group:read") ? <WithGroups userId={userId} /> : <Effective userId={userId} byGroups={[]} />}
    </Stack>
  );
}

/** The groups' roles are read of each group; the permissions are the server's word. */
function WithGroups({ userId }: { userId: string }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const memberships = useMemberships(tenant, userId);
  const ofGroups = useRolesOfGroups(tenant, memberships.rows);
  const error = memberships.query.error ?? ofGroups.error;
  return (
    <>
      <Part title={t("groupRoles")} hint={t("groupRolesHint")}>
        {error ? (
          <Failed error={error} onRetry={() => void memberships.query.refetch()} />
        ) : memberships.query.isPending || ofGroups.isPending ? (
          <Lines count={2} />
        ) : (
          <FromGroups roles={ofGroups.roles} />
        )}
      </Part>
      <Effective userId={userId} byGroups={ofGroups.roles} />
    </>
  );
}

function FromGroups({ roles }: { roles: readonly RoleOfGroup[] }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  return (
    <Paper withBorder p="md">
      {roles.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("noGroupRoles")}
        </Text>
      )}
      <Stack gap="xs">
        {roles.map(({ group, held }) => (
          <Group key={`${group.id} ${held.role}`} gap="xs">
            <RoleLink tenant={tenant} role={held.role} />
            <Text size="sm" c="dimmed">
              {t("byGroup")}
            </Text>
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link {...props} to={`/t/${tenant}/groups/${group.id}/members` as string} />
              )}
            >
              {group.name}
            </Anchor>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}

interface Source {
  role: string;
  group?: string;
}

function Effective({ userId, byGroups }: { userId: string; byGroups: readonly RoleOfGroup[] }) {
  const { t } = useTranslation(["users", "shared"]);
  const tenant = useTenant();
  const authority = useAuthority(tenant, userId);
  const sources = useSources(userId, byGroups);
  return (
    <Part title={t("effective")} hint={t("effectiveHint")}>
      <Loaded query={authority}>
        {({ permissions, platform_permissions }) => {
          const all = new Set([...permissions, ...platform_permissions]);
          if (all.size === 0) return <Nothing text={t("noPermissions")} />;
          return (
            <Paper withBorder>
              <Table.ScrollContainer minWidth={520}>
                <Table verticalSpacing={6} horizontalSpacing="md">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th scope="col" w="55%">
                        {t("permission")}
                      </Table.Th>
                      <Table.Th scope="col">{t("comesFrom")}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  {byNoun(all).map((group) => (
                    <Table.Tbody key={group.noun}>
                      <Table.Tr bg="var(--mantine-color-default-hover)">
                        <Table.Th colSpan={2} scope="rowgroup">
                          <Text size="xs" fw={600} c="dimmed">
                            {t(`shared:nouns.${group.noun}`)}
                          </Text>
                        </Table.Th>
                      </Table.Tr>
                      {group.permissions.map((permission) => (
                        <Table.Tr key={permission}>
                          <Table.Td>{permissionText(permission)}</Table.Td>
                          <Table.Td>
                            <Sources of={sources(permission)} />
                          </Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  ))}
                </Table>
              </Table.ScrollContainer>
            </Paper>
          );
        }}
      </Loaded>
    </Part>
  );
}

/** Which of the roles held says so, of each permission. Roles of the platform are known by the platform. */
function useSources(userId: string, byGroups: readonly RoleOfGroup[]): (permission: Permission) => Source[] {
  const tenant = useTenant();
  const held = useHeldRoles(tenant, userId).data?.items ?? [];
  const roles = useRoles(tenant).data?.items ?? [];
  const allows = new Map(roles.map((role) => [role.name, new Set<Permission>(role.permissions)]));
  const all: Source[] = [
    ...held.map(({ role }) => ({ role })),
    ...byGroups.map(({ group, held: { role } }) => ({ role, group: group.name })),
  ];
  const ofPlatform = held.filter(({ scope }) => scope === "platform").map(({ role }) => ({ role }));
  return (permission) => {
    const found = all.filter(({ role }) => allows.get(role)?.has(permission));
    return found.length > 0 ? found : ofPlatform;
  };
}

function Sources({ of }: { of: readonly Source[] }) {
  const { t } = useTranslation("users");
  return (
    <Group gap={6}>
      {of.map(({ role, group }) => (
        <Badge key={`${role} ${group}`} color={group ? "blue" : "gray"}>
          {group ? t("roleByGroup", { role, group }) : role}
        </Badge>
      ))}
    </Group>
  );
}

function Nothing({ text }: { text: string }) {
  return (
    <Paper withBorder p="md">
      <Text size="sm" c="dimmed">
        {text}
      </Text>
    </Paper>
  );
}

function Part({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <Stack gap="sm" component="section">
      <div>
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      </div>
      {children}
    </Stack>
  );
}
