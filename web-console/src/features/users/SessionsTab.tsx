/** The browsers that a person is signed in with. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { MonitorOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment, formatRelative } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { say, sayFailed } from "@/shared/ui/forms";
import { Failed, Lines, Nothing } from "@/shared/ui/states";
import { type Session, useEndSessions, useSessions } from "./api";

export function SessionsTab() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { userId } = useParams({ from: "/signed-in/t/$tenant/users/$userId" });
  const may = useMay();
  const { query, rows, table } = useSessions(tenant, userId);
  const end = useEndSessions();
  const [asking, setAsking] = useState(false);
  const columns = useColumns(may("session:end") ? (id) => void endOne(id) : undefined);
  const endOne = async (session_id: string) => {
    try {
      await end.one.mutateAsync({ params: { path: { tenant, session_id } } });
      say(t("ended"));
    } catch (error) {
      sayFailed(t("end"), error);
    }
  };
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Lines />;
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t("sessionsHint")}
        </Text>
        {may("session:end") && rows.length > 0 && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t("endAll")}
          </Button>
        )}
      </Group>
      <DataTable
        {...table}
        label={t("sessions")}
        columns={columns}
        rowId={(session) => session.id}
        empty={<Nothing icon={<MonitorOff />} title={t("noSessions")} hint={t("noSessionsHint")} />}
      />
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("endAll")}
        action={t("endAll")}
        onConfirm={async () => {
          const { ended } = await end.all.mutateAsync({ params: { path: { tenant, user_id: userId } } });
          say(t("endedAll", { count: ended }));
        }}
      >
        {t("endAllText")}
      </Confirm>
    </Stack>
  );
}

function useColumns(onEnd: ((id: string) => void) | undefined): Column<Session>[] {
  const { t } = useTranslation("users");
  const columns: Column<Session>[] = [
    { id: "browser", header: t("browser"), cell: (session) => session.user_agent ?? t("unknownBrowser") },
    { id: "address", header: t("address"), cell: (session) => session.ip ?? "–" },
    { id: "signed-in", header: t("signedIn"), cell: (session) => formatMoment(session.auth_time) },
    { id: "seen", header: t("lastSeen"), cell: (session) => formatRelative(session.last_seen_at) },
    { id: "ends", header: t("ends"), cell: (session) => formatMoment(session.expires_at) },
  ];
  if (!onEnd) return columns;
  const action = (session: Session) => (
    <Button size="compact-xs" variant="subtle" color="red" onClick={() => onEnd(session.id)}>
      {t("end")}
    </Button>
  );
  return [...columns, { id: "end", header: t("end"), align: "right", quiet: true, cell: action }];
}
