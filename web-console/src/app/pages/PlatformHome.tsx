/** The first page of the platform's menu that the person may see. */
import { Navigate } from "@tanstack/react-router";
import { useMay } from "@/shared/api/tenant";
import { PLATFORM_NAV } from "../navigation";

export function PlatformHome() {
  const may = useMay();
  const first = PLATFORM_NAV.flatMap((section) => section.items).find(
    (item) => !item.permission || may(item.permission),
  );
  return <Navigate to={`/platform/${first?.path ?? ""}` as string} replace />;
}
