/** The tenant whose pages these are, and what the person may do there. */
import { useParams } from "@tanstack/react-router";
import { type Me, useMe } from "@/shared/auth/me";

/** The tenant's name, from the URL. */
export function useTenant(): string {
  const { tenant } = useParams({ strict: false });
  if (tenant === undefined) throw new Error("This page belongs to no tenant.");
  return tenant;
}

/** The tenants that the person looks into by an access that they declared, and by which. */
export function accessesTo(me: Me, tenant: string): Me["accesses"] {
  return me.accesses.filter((access) => access.tenant === tenant);
}

/** What the person may do in a tenant: their own by their roles, another while an access of theirs opens it. */
export function permissionsIn(me: Me, tenant: string): ReadonlySet<string> {
  const own = me.tenant.name === tenant ? me.permissions : [];
  return new Set<string>([...own, ...accessesTo(me, tenant).flatMap((access) => access.permissions)]);
}

/** Whether the person holds a permission here: in the tenant of the URL, or on the platform where it names none. */
export function useMay(): (permission: string) => boolean {
  const { tenant } = useParams({ strict: false });
  const me = useMe();
  if (!me.data) return () => false;
  const here = tenant === undefined ? [] : permissionsIn(me.data, tenant);
  const held = new Set<string>([...here, ...me.data.platform_permissions]);
  return (permission) => held.has(permission);
}
