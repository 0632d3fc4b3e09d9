/** What happened last. */
import { Badge, Group, Paper, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { formatMoment, formatRelative } from "@/shared/i18n/format";
import { Loaded } from "@/shared/ui/states";
import { type AuditEvent, useLatestEvents } from "./api";

export function RecentEvents() {
  const { t } = useTranslation("overview");
  const events = useLatestEvents(useTenant(), true);
  return (
    <Paper withBorder p="md" component="section" h="100%">
      <Title order={2} size="h5" mb="sm">
        {t("dashboard.events")}
      </Title>
      <Loaded query={events}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("dashboard.noEvents")}
            </Text>
          ) : (
            <Stack gap={10} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
              {items.map((event) => (
                <OneEvent key={event.id} event={event} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Paper>
  );
}

function OneEvent({ event }: { event: AuditEvent }) {
  const { t } = useTranslation("overview");
  const who = event.actor_name ?? event.actor_id ?? t(`actors.${event.actor_kind}`);
  const whom = event.target_name && event.target_name !== who ? event.target_name : undefined;
  return (
    <Group component="li" justify="space-between" wrap="nowrap" gap="sm">
      <Group gap={8} wrap="nowrap" miw={0}>
        <Badge color={event.outcome === "failure" ? "red" : "gray"} flex="none">
          {event.type}
        </Badge>
        <Text size="sm" truncate>
          {whom ? `${who} → ${whom}` : who}
        </Text>
        {event.outcome === "failure" && (
          <Text size="xs" c="dimmed" flex="none">
            {t("dashboard.failedEvent")}
          </Text>
        )}
      </Group>
      <Tooltip label={formatMoment(event.at)}>
        <Text size="xs" c="dimmed" flex="none">
          {formatRelative(event.at)}
        </Text>
      </Tooltip>
    </Group>
  );
}
