/** Above every page of a tenant that is open by a declared access: who looks, until when, and a way to end it. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { DoorOpen } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { accessesTo } from "@/shared/api/tenant";
import { type Me, nameOf } from "@/shared/auth/me";
import { formatTime } from "@/shared/i18n/format";
import { say, sayFailed } from "@/shared/ui/forms";
import { useEndAccess, useRefreshed } from "./api";

export function AccessBanner({ me, tenant }: { me: Me; tenant: string }) {
  const { t } = useTranslation("accesses");
  const navigate = useNavigate();
  const end = useEndAccess();
  const refreshed = useRefreshed();
  const accesses = accessesTo(me, tenant).toSorted((a, b) => a.expires_at.localeCompare(b.expires_at));
  const last = accesses.at(-1);
  const until = last?.expires_at;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moment is what counts
  useEffect(() => {
    if (!until) return;
    const timer = setTimeout(() => void refreshed(), new Date(until).getTime() - Date.now() + 1000);
    return () => clearTimeout(timer);
  }, [until]);
  if (!last) return null;
  const endAll = async () => {
    try {
      for (const access of accesses) await end.mutateAsync({ params: { path: { access_id: access.id } } });
      say(t("ended"));
      await navigate({ to: "/platform/accesses" });
    } catch (error) {
      sayFailed(t("endNow"), error);
    }
  };
  return (
    <Alert color="yellow" icon={<DoorOpen />} mb="lg" role="status">
      <Group justify="space-between" gap="sm">
        <div>
          <Text size="sm" fw={600}>
            {t("banner", { name: nameOf(me), tenant, until: formatTime(last.expires_at) })}
          </Text>
          <Text size="sm">{t("bannerReason", { reason: last.reason })}</Text>
        </div>
        <Button size="xs" variant="default" onClick={() => void endAll()} loading={end.isPending}>
          {t("endNow")}
        </Button>
      </Group>
    </Alert>
  );
}
