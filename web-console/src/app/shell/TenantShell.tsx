/** The frame of a tenant's pages; for somebody who cannot see the tenant it says so. */
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { nameOf, useMe } from "@/shared/auth/me";
import { Failed, Loading } from "@/shared/ui/states";
import { TENANT_NAV } from "../navigation";
import { NotForYou } from "../pages/NotForYou";
import { Shell } from "./Shell";

export function TenantShell() {
  const { t } = useTranslation();
  const { tenant } = useParams({ from: "/signed-in/t/$tenant" });
  const me = useMe();
  if (me.isPending) return <Loading />;
  if (me.isError) return <Failed error={me.error} onRetry={() => void me.refetch()} />;
  const isHome = me.data.tenant.name === tenant;
  const permissions = new Set(isHome ? me.data.permissions : []);
  if (permissions.size === 0) return <NotForYou name={nameOf(me.data)} />;
  const isOfPlatform = me.data.platform_permissions.length > 0;
  return (
    <Shell
      base={`/t/${tenant}`}
      subject={isHome ? me.data.tenant.display_name : tenant}
      sections={TENANT_NAV}
      permissions={permissions}
      person={nameOf(me.data)}
      places={isOfPlatform ? [{ label: t("shell.platform"), to: "/platform" }] : []}
    />
  );
}
