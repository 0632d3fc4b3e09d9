/** What was changed last. */
import { Anchor, Badge, Group, Paper, Stack, Text, Title, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import type { AuditEvent } from "@/shared/audit/api";
import { eventPath } from "@/shared/audit/EventList";
import { useEventWords } from "@/shared/audit/words";
import { formatMoment, formatRelative } from "@/shared/i18n/format";
import { Loaded } from "@/shared/ui/states";
import { useLatestChanges } from "./api";

export function RecentEvents() {
  const { t } = useTranslation("overview");
  const tenant = useTenant();
  const events = useLatestChanges(tenant);
  return (
    <Paper withBorder p="md" component="section" h="100%">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {t("dashboard.events")}
        </Title>
        <Anchor
          size="sm"
          renderRoot={(props) => <Link {...props} to="/t/$tenant/audit" params={{ tenant }} />}
        >
          {t("dashboard.audit")}
        </Anchor>
      </Group>
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
  const tenant = useTenant();
  const words = useEventWords();
  const who = words.actor(event);
  const whom = event.target_name !== who ? event.target_name : null;
  return (
    <Group component="li" justify="space-between" wrap="nowrap" gap="sm">
      <Group gap={8} wrap="nowrap" miw={0}>
        <Anchor
          size="sm"
          fw={500}
          flex="none"
          renderRoot={(props) => <Link {...props} to={eventPath({ tenant }, event.id) as string} />}
        >
          {words.type(event.type)}
        </Anchor>
        <Text size="sm" c="dimmed" truncate>
          {whom ? `${who} → ${whom}` : who}
        </Text>
        {event.outcome === "failure" && (
          <Badge color="red" flex="none">
            {t("dashboard.failedEvent")}
          </Badge>
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
