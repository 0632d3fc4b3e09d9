/** The first page of the menu that the person may see. */
import { Navigate } from "@tanstack/react-router";
import { useMay, useTenant } from "@/shared/api/tenant";
import { TENANT_NAV } from "../navigation";

export function TenantHome() {
  const may = useMay();
  const tenant = useTenant();
  const first = TENANT_NAV.flatMap((section) => section.items).find(
    (item) => !item.permission || may(item.permission),
  );
  return <Navigate to={`/t/${tenant}/${first?.path ?? ""}` as string} replace />;
}
