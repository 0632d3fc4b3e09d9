/** The first page of a tenant: its first steps while there are some left, else the first page that the person may see. */
import { Navigate } from "@tanstack/react-router";
import { useChecklist, useHidden } from "@/features/overview/checklist";
import { useMay, useTenant } from "@/shared/api/tenant";
import { Loading } from "@/shared/ui/states";
import { TENANT_NAV } from "../navigation";

export function TenantHome() {
  const may = useMay();
  const tenant = useTenant();
  const [isHidden] = useHidden(tenant);
  const { steps, isPending } = useChecklist(tenant);
  const begins = may("tenant:configure") && !isHidden;
  if (begins && isPending) return <Loading />;
  const isLeft = begins && steps.some((step) => !step.isDone);
  const first = TENANT_NAV.flatMap((section) => section.items).find(
    (item) => (item.path !== "start" || isLeft) && (!item.permission || may(item.permission)),
  );
  return <Navigate to={`/t/${tenant}/${first?.path ?? ""}` as string} replace />;
}
