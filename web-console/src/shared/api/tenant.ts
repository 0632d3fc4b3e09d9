/** The tenant whose pages these are, and what the person may do there. */
import { useParams } from "@tanstack/react-router";
import { useMe } from "@/shared/auth/me";

/** The tenant's name, from the URL. */
export function useTenant(): string {
  const { tenant } = useParams({ strict: false });
  if (tenant === undefined) throw new Error("This page belongs to no tenant.");
  return tenant;
}

/** Whether the person holds a permission here: in the tenant of the URL, or on the platform where it names none. */
export function useMay(): (permission: string) => boolean {
  const { tenant } = useParams({ strict: false });
  const me = useMe();
  if (!me.data) return () => false;
  const here = tenant === undefined || tenant !== me.data.tenant.name ? [] : me.data.permissions;
  const held = new Set<string>([...here, ...me.data.platform_permissions]);
  return (permission) => held.has(permission);
}
