/** Roles as more than one feature shows them: which there are, what they allow, and whether one may hand them on. */
import i18next from "i18next";
import type shared from "@/shared/i18n/en";
import { api$ } from "./client";
import type { components } from "./schema.gen";
import { useMay } from "./tenant";

export type Role = components["schemas"]["Role"];
export type Assignment = components["schemas"]["Assignment"];
export type Permission = components["schemas"]["Permission"];
export type Noun = keyof (typeof shared)["nouns"];

/** All of them fit one page: a tenant has at most a hundred of its own. */
const ALL = 200;
/** The order in which nouns are shown. */
const NOUNS: readonly Noun[] = [
  "tenant",
  "user",
  "session",
  "group",
  "role",
  "owner",
  "client",
  "key",
  "audit",
  "access",
  "domain",
  "platform",
  "other",
];

export function useRoles(tenant: string, options: { enabled?: boolean } = {}) {
  const params = { path: { tenant }, query: { limit: ALL } };
  return api$().useQuery(
    "get",
    "/api/v1/tenants/{tenant}/roles",
    { params },
    { enabled: options.enabled ?? true },
  );
}

/** Which permissions of a role the person lacks: nobody gives or takes what they lack. */
export function useLacking(): (permissions: readonly Permission[]) => Permission[] {
  const may = useMay();
  return (permissions) => permissions.filter((permission) => !may(permission));
}

/** What a role is for: a built-in one in the person's language, one of the tenant's own as its maker put it. */
export function roleText(role: Pick<Role, "name" | "description" | "is_builtin">): string {
  if (!role.is_builtin) return role.description;
  return i18next.t(`builtinRoles.${role.name as keyof (typeof shared)["builtinRoles"]}`, {
    defaultValue: role.description,
  });
}

export interface NounGroup {
  noun: Noun;
  permissions: Permission[];
}

/** Permissions under their nouns, `user:read` and `user:write` under `user`. */
export function byNoun(permissions: Iterable<Permission>): NounGroup[] {
  const all = [...permissions].sort((a, b) => rank(a).localeCompare(rank(b)));
  return NOUNS.map((noun) => ({ noun, permissions: all.filter((one) => nounOf(one) === noun) })).filter(
    (group) => group.permissions.length > 0,
  );
}

/** To read comes first: whoever does more has to. */
function rank(permission: Permission): string {
  return (permission.endsWith(":read") ? "0" : "1") + permission;
}

function nounOf(permission: Permission): Noun {
  const word = permission.split(":", 1)[0]?.split("-", 1)[0] as Noun;
  return NOUNS.includes(word) ? word : "other";
}

/** What a permission allows, in words; its name where it is newer than this console. */
export function permissionText(permission: Permission): string {
  return i18next.t(`permissions.${keyOf(permission)}`, { defaultValue: permission });
}

type Key<P extends string> = P extends `${infer Noun}:${infer Verb}` ? `${Noun}-${Verb}` : never;

function keyOf(permission: Permission): Key<Permission> {
  return permission.replace(":", "-") as Key<Permission>;
}
