/** The audit of a tenant and that of the platform, and one event of either. */
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { AuditLog } from "@/shared/audit/AuditLog";
import { useEvent, usePlatformEvent } from "@/shared/audit/api";
import { EventDetails } from "@/shared/audit/EventDetails";
import { useEventWords } from "@/shared/audit/words";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";

export function AuditPage() {
  const { t } = useTranslation("audit");
  const tenant = useTenant();
  return (
    <Page title={t("title")} description={t("description")}>
      <AuditLog scope={{ tenant }} />
    </Page>
  );
}

export function PlatformAuditPage() {
  const { t } = useTranslation("audit");
  return (
    <Page title={t("platformTitle")} description={t("platformDescription")}>
      <AuditLog scope="platform" without={["client"]} />
    </Page>
  );
}

export function EventPage() {
  const { t } = useTranslation("audit");
  const words = useEventWords();
  const tenant = useTenant();
  const { eventId } = useParams({ from: "/signed-in/t/$tenant/audit/$eventId" });
  const event = useEvent(tenant, eventId);
  return (
    <Page
      title={event.data ? words.type(event.data.type) : t("event")}
      crumbs={[{ label: t("title"), to: `/t/${tenant}/audit` }]}
    >
      <Loaded query={event}>{(found) => <EventDetails scope={{ tenant }} event={found} />}</Loaded>
    </Page>
  );
}

export function PlatformEventPage() {
  const { t } = useTranslation("audit");
  const words = useEventWords();
  const { eventId } = useParams({ from: "/signed-in/platform/audit/$eventId" });
  const event = usePlatformEvent(eventId);
  return (
    <Page
      title={event.data ? words.type(event.data.type) : t("event")}
      crumbs={[{ label: t("platformTitle"), to: "/platform/audit" }]}
    >
      <Loaded query={event}>{(found) => <EventDetails scope="platform" event={found} />}</Loaded>
    </Page>
  );
}
