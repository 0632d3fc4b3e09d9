/** The frame of a tenant's pages; for somebody who cannot see the tenant it says so. */
import { useParams } from "@tanstack/react-router";
import { AccessBanner } from "@/features/accesses/AccessBanner";
import { ClosedTenant } from "@/features/accesses/ClosedTenant";
import { permissionsIn } from "@/shared/api/tenant";
import { nameOf, useMe } from "@/shared/auth/me";
import { Failed, Loading } from "@/shared/ui/states";
import { TENANT_NAV } from "../navigation";
import { NotForYou } from "../pages/NotForYou";
import { usePlaces } from "./places";
import { Shell } from "./Shell";

export function TenantShell() {
  const { tenant } = useParams({ from: "/signed-in/t/$tenant" });
  const me = useMe();
  const places = usePlaces(me.data, `/t/${tenant}`);
  if (me.isPending) return <Loading />;
  if (me.isError && !me.data) return <Failed error={me.error} onRetry={() => void me.refetch()} />;
  const permissions = permissionsIn(me.data, tenant);
  if (permissions.size === 0) {
    const mayDeclare = me.data.platform_permissions.includes("access:declare");
    return mayDeclare ? <ClosedTenant me={me.data} tenant={tenant} /> : <NotForYou name={nameOf(me.data)} />;
  }
  const isHome = me.data.tenant.name === tenant;
  return (
    <Shell
      base={`/t/${tenant}`}
      tenant={tenant}
      subject={isHome ? me.data.tenant.display_name : tenant}
      sections={TENANT_NAV}
      permissions={permissions}
      person={nameOf(me.data)}
      places={places}
      banner={<AccessBanner me={me.data} tenant={tenant} />}
    />
  );
}
