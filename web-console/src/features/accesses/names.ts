import type { Access } from "./api";

/** Who looks in, by name where they are still there. */
export function nameOfPrincipal(access: Pick<Access, "principal" | "principal_name">): string {
  return access.principal_name ?? access.principal.id;
}
