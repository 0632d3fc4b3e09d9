/** One application, and below it the part that the URL names. */
import { Badge, Group, Text } from "@mantine/core";
import { Outlet, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { LinkTabs } from "@/shared/ui/LinkTabs";
import { Page } from "@/shared/ui/Page";
import { CopyValue } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { useClient } from "./api";

/** The client of the URL. */
export function useClientId(): string {
  return useParams({ from: "/signed-in/t/$tenant/applications/$clientId" }).clientId;
}

export function ApplicationPage() {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const clientId = useClientId();
  const may = useMay();
  const client = useClient(tenant, clientId);
  const tabs = [
    { path: "settings", label: t("tabs.settings") },
    { path: "credentials", label: t("tabs.credentials") },
    { path: "access", label: t("tabs.access") },
    { path: "quick-start", label: t("tabs.quickStart") },
    ...(may("user:read") ? [{ path: "preview", label: t("tabs.preview") }] : []),
    ...(may("audit:read") ? [{ path: "logs", label: t("tabs.logs") }] : []),
  ];
  return (
    <Page
      title={client.data?.client_name ?? t("title")}
      crumbs={[{ label: t("title"), to: `/t/${tenant}/applications` }]}
    >
      <Loaded query={client}>
        {(found) => (
          <>
            <Group gap="sm">
              <Badge color={found.status === "active" ? "green" : "gray"}>
                {t(`statuses.${found.status}`)}
              </Badge>
              <Text size="sm" c="dimmed">
                {t(`kinds.${found.kind}.name`)}
              </Text>
              <CopyValue value={found.client_id} label={t("clientId")} />
            </Group>
            <LinkTabs base={`/t/${tenant}/applications/${clientId}`} tabs={tabs} label={t("tabs.label")} />
            <Outlet />
          </>
        )}
      </Loaded>
    </Page>
  );
}
