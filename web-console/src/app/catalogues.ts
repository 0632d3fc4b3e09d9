/** Every catalogue of the console, by namespace: `shared`, and one for each feature. */
import accesses from "@/features/accesses/en";
import apis from "@/features/apis/en";
import applications from "@/features/applications/en";
import groups from "@/features/groups/en";
import health from "@/features/health/en";
import keys from "@/features/keys/en";
import overview from "@/features/overview/en";
import platformRoles from "@/features/platformRoles/en";
import roles from "@/features/roles/en";
import settings from "@/features/settings/en";
import tenants from "@/features/tenants/en";
import users from "@/features/users/en";
import audit from "@/shared/audit/en";
import shared from "@/shared/i18n/en";

export const english = {
  shared,
  accesses,
  apis,
  applications,
  audit,
  groups,
  health,
  keys,
  overview,
  platformRoles,
  roles,
  settings,
  tenants,
  users,
};
type Catalogues = typeof english;

/** The same in German; each is loaded on its own. */
const GERMAN: { [Name in keyof Catalogues]: () => Promise<{ default: Catalogues[Name] }> } = {
  shared: () => import("@/shared/i18n/de"),
  accesses: () => import("@/features/accesses/de"),
  apis: () => import("@/features/apis/de"),
  applications: () => import("@/features/applications/de"),
  audit: () => import("@/shared/audit/de"),
  groups: () => import("@/features/groups/de"),
  health: () => import("@/features/health/de"),
  keys: () => import("@/features/keys/de"),
  platformRoles: () => import("@/features/platformRoles/de"),
  roles: () => import("@/features/roles/de"),
  overview: () => import("@/features/overview/de"),
  settings: () => import("@/features/settings/de"),
  tenants: () => import("@/features/tenants/de"),
  users: () => import("@/features/users/de"),
};

export async function german(): Promise<Record<string, object>> {
  const loaded = Object.entries(GERMAN).map(async ([name, load]) => [name, (await load()).default] as const);
  return Object.fromEntries(await Promise.all(loaded));
}
