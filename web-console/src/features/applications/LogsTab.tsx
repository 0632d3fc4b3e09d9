/** What happened through an application. */
import { useTenant } from "@/shared/api/tenant";
import { AuditLog } from "@/shared/audit/AuditLog";
import { useClientId } from "./ApplicationPage";

export function LogsTab() {
  const tenant = useTenant();
  return <AuditLog scope={{ tenant }} fixed={{ client_id: useClientId() }} without={["client"]} />;
}
