/** One person: what is known of them, and below it the part that the URL names. */
import { Badge, Group } from "@mantine/core";
import { Outlet, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { displayName } from "@/shared/api/people";
import { useMay, useTenant } from "@/shared/api/tenant";
import { LinkTabs } from "@/shared/ui/LinkTabs";
import { Page } from "@/shared/ui/Page";
import { CopyValue } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { useUser } from "./api";

export function UserPage() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { userId } = useParams({ from: "/signed-in/t/$tenant/users/$userId" });
  const may = useMay();
  const user = useUser(tenant, userId);
  const tabs = [
    { path: "profile", label: t("tabs.profile") },
    { path: "credentials", label: t("tabs.credentials") },
    ...(may("session:read") ? [{ path: "sessions", label: t("tabs.sessions") }] : []),
    { path: "consents", label: t("tabs.consents") },
    ...(may("role:read") ? [{ path: "roles", label: t("tabs.roles") }] : []),
    ...(may("group:read") ? [{ path: "groups", label: t("tabs.groups") }] : []),
    ...(may("audit:read") ? [{ path: "log", label: t("tabs.log") }] : []),
  ];
  const title = user.data ? (displayName(user.data) ?? user.data.username) : t("title");
  return (
    <Page title={title} crumbs={[{ label: t("title"), to: `/t/${tenant}/users` }]}>
      <Loaded query={user}>
        {(found) => (
          <>
            <Group gap="sm">
              <Badge color={found.status === "active" ? "green" : "gray"}>{t(found.status)}</Badge>
              <CopyValue value={found.id} label={t("id")} />
            </Group>
            <LinkTabs base={`/t/${tenant}/users/${userId}`} tabs={tabs} label={t("tabs.label")} />
            <Outlet />
          </>
        )}
      </Loaded>
    </Page>
  );
}
