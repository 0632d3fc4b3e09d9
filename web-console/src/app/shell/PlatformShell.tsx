/** The frame of the platform's pages. */
import { useTranslation } from "react-i18next";
import { nameOf, useMe } from "@/shared/auth/me";
import { Failed, Loading } from "@/shared/ui/states";
import { PLATFORM_NAV } from "../navigation";
import { NotForYou } from "../pages/NotForYou";
import { usePlaces } from "./places";
import { Shell } from "./Shell";

export function PlatformShell() {
  const { t } = useTranslation();
  const me = useMe();
  const places = usePlaces(me.data, "/platform");
  if (me.isPending) return <Loading />;
  if (me.isError && !me.data) return <Failed error={me.error} onRetry={() => void me.refetch()} />;
  const permissions = new Set(me.data.platform_permissions);
  if (permissions.size === 0) return <NotForYou name={nameOf(me.data)} />;
  return (
    <Shell
      base="/platform"
      subject={t("shell.platform")}
      sections={PLATFORM_NAV}
      permissions={permissions}
      person={nameOf(me.data)}
      places={places}
    />
  );
}
