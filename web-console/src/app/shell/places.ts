import { useTranslation } from "react-i18next";
import type { Me } from "@/shared/auth/me";

export interface Place {
  label: string;
  to: string;
}

/** Where else than here the person may go: the platform, their own tenant, those that an access of theirs opens. */
export function usePlaces(me: Me | undefined, here: string): Place[] {
  const { t } = useTranslation();
  if (!me) return [];
  const platform =
    me.platform_permissions.length > 0 ? [{ label: t("shell.platform"), to: "/platform" }] : [];
  const own =
    me.permissions.length > 0 ? [{ label: me.tenant.display_name, to: `/t/${me.tenant.name}` }] : [];
  const opened = [...new Set(me.accesses.map((access) => access.tenant))]
    .filter((name) => me.permissions.length === 0 || name !== me.tenant.name)
    .map((name) => ({ label: name, to: `/t/${name}` }));
  return [...platform, ...own, ...opened].filter(({ to }) => to !== here);
}
