/** One group, and below it the part that the URL names. */
import { Outlet, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { LinkTabs } from "@/shared/ui/LinkTabs";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";
import { useGroup } from "./api";

/** The group of the URL. */
export function useGroupId(): string {
  return useParams({ from: "/signed-in/t/$tenant/groups/$groupId" }).groupId;
}

export function GroupPage() {
  const { t } = useTranslation("groups");
  const tenant = useTenant();
  const groupId = useGroupId();
  const may = useMay();
  const group = useGroup(tenant, groupId);
  const tabs = [
    { path: "members", label: t("tabs.members") },
    ...(may("role:read") ? [{ path: "roles", label: t("tabs.roles") }] : []),
    { path: "settings", label: t("tabs.settings") },
  ];
  return (
    <Page
      title={group.data?.name ?? t("one")}
      description={group.data?.description}
      crumbs={[{ label: t("title"), to: `/t/${tenant}/groups` }]}
    >
      <Loaded query={group}>
        {() => (
          <>
            <LinkTabs base={`/t/${tenant}/groups/${groupId}`} tabs={tabs} label={t("tabs.label")} />
            <Outlet />
          </>
        )}
      </Loaded>
    </Page>
  );
}
