/** One event in full: who did what to what, from where, when, and how it ended. */
import { Anchor, Badge, Code, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatExact, formatRelative } from "@/shared/i18n/format";
import { CopyValue } from "@/shared/ui/Secret";
import type { AuditEvent, Scope } from "./api";
import type { Subject } from "./filter";
import { useEventWords } from "./words";

export function EventDetails({ scope, event }: { scope: Scope; event: AuditEvent }) {
  const { t } = useTranslation("audit");
  const words = useEventWords();
  return (
    <Stack maw={900}>
      <Paper withBorder p="lg">
        <Stack gap="sm">
          <Row label={t("outcome")}>
            <Group gap="xs">
              <Badge color={event.outcome === "success" ? "green" : "red"}>{t(event.outcome)}</Badge>
              {event.reason && <Text size="sm">{event.reason}</Text>}
            </Group>
          </Row>
          <Row label={t("at")}>
            <Text size="sm">
              {formatExact(event.at)}{" "}
              <Text span size="sm" c="dimmed">
                ({formatRelative(event.at)})
              </Text>
            </Text>
          </Row>
          <Row label={t("who")}>
            <Who scope={scope} subject="actor_id" id={event.actor_id} name={words.actor(event)} />
          </Row>
          {event.target && (
            <Row label={t("target")}>
              <Who scope={scope} subject="target" id={event.target} name={event.target_name} />
            </Row>
          )}
          {event.client_id && (
            <Row label={t("client")}>
              <Who scope={scope} subject="client_id" id={event.client_id} name={event.client_name} />
            </Row>
          )}
          {event.ip && (
            <Row label={t("ip")}>
              <Who scope={scope} subject="ip" id={event.ip} name={null} />
            </Row>
          )}
          {event.user_agent && (
            <Row label={t("userAgent")}>
              <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                {event.user_agent}
              </Text>
            </Row>
          )}
          {event.request_id && (
            <Row label={t("request")}>
              <CopyValue value={event.request_id} label={t("request")} />
            </Row>
          )}
          <Row label={t("type")}>
            <Code>{event.type}</Code>
          </Row>
          <Row label={t("id")}>
            <CopyValue value={event.id} label={t("id")} />
          </Row>
        </Stack>
      </Paper>
      <Details details={event.details} />
    </Stack>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group align="start" gap="md" style={{ rowGap: 2 }} wrap="wrap">
      <Text size="sm" c="dimmed" w={140}>
        {label}
      </Text>
      <div style={{ flex: 1, minWidth: 200 }}>{children}</div>
    </Group>
  );
}

/** A name with its id, and the way to everything else of it. */
function Who(props: { scope: Scope; subject: Subject; id: string | null; name: string | null }) {
  const { t } = useTranslation("audit");
  const { scope, subject, id, name } = props;
  const list = scope === "platform" ? "/platform/audit" : `/t/${scope.tenant}/audit`;
  return (
    <Group gap="sm">
      {name && name !== id && (
        <Text size="sm" fw={500}>
          {name}
        </Text>
      )}
      {id && <CopyValue value={id} label={name ?? id} />}
      {id && (
        <Anchor
          size="sm"
          renderRoot={(rest) => <Link {...rest} to={list as string} search={{ [subject]: id } as never} />}
        >
          {t(`others.${subject}`)}
        </Anchor>
      )}
    </Group>
  );
}

function Details({ details }: { details: AuditEvent["details"] }) {
  const { t } = useTranslation("audit");
  const entries = Object.entries(details);
  if (entries.length === 0) return null;
  return (
    <Paper withBorder p="lg">
      <Title order={2} size="h5" mb="xs">
        {t("details")}
      </Title>
      <Table verticalSpacing={6} aria-label={t("details")}>
        <Table.Tbody>
          {entries.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={200} fw={400} c="dimmed" ps={0}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                <Value value={value} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function Value({ value }: { value: unknown }) {
  if (typeof value === "string") return <Text size="sm">{value}</Text>;
  if (typeof value === "object" && value !== null) return <Code block>{JSON.stringify(value, null, 2)}</Code>;
  return <Code>{JSON.stringify(value)}</Code>;
}
