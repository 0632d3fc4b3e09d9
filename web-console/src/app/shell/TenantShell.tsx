/** The frame of a tenant's pages; for somebody who cannot see the tenant it says so. */
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/auth/me";
import { Failed, Loading } from "@/shared/ui/states";
import { TENANT_NAV } from "../navigation";
import { NotForYou } from "../pages/NotForYou";
import { AccessBanner } from "./AccessBanner";
import { Shell } from "./Shell";

export function TenantShell() {
  const { t } = useTranslation();
  const { tenant } = useParams({ from: "/signed-in/t/$tenant" });
  const me = useMe();
  if (me.isPending) return <Loading />;
  if (me.isError) return <Failed error={me.error} onRetry={() => void me.refetch()} />;
  const access = me.data.accesses.find((one) => one.tenant === tenant);
  const isHome = me.data.tenant.name === tenant;
  const permissions = new Set(isHome ? me.data.permissions : (access?.permissions ?? []));
  if (permissions.size === 0) return <NotForYou name={me.data.name} />;
  const isOfPlatform = me.data.platform_permissions.length > 0;
  return (
    <Shell
      base={`/t/${tenant}`}
      subject={isHome ? me.data.tenant.display_name : tenant}
      sections={TENANT_NAV}
      permissions={permissions}
      person={me.data.name}
      places={isOfPlatform ? [{ label: t("shell.platform"), to: "/platform" }] : []}
      banner={!isHome && access && <AccessBanner access={access} />}
    />
  );
}
