/** The numbers behind the checks. */
import { Code, Group, Paper, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatMoment, formatNumber, formatRelative } from "@/shared/i18n/format";
import type { Health } from "./api";

export function Facts({ health }: { health: Health }) {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <System health={health} />
      <Keys health={health} />
      <Maintenance health={health} />
      <Backlog health={health} />
    </SimpleGrid>
  );
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="lg">
      <Stack gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group justify="space-between" gap="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </Group>
  );
}

function System({ health }: { health: Health }) {
  const { t } = useTranslation("health");
  const { schema_version, latency_ms, clock_offset_ms } = health.database;
  return (
    <Panel title={t("system")}>
      <Fact label={t("version")}>{health.version}</Fact>
      <Fact label={t("schema")}>
        <Code>{schema_version ?? "–"}</Code>
      </Fact>
      <Fact label={t("latency")}>{`${formatNumber(Math.round(latency_ms * 100) / 100)} ms`}</Fact>
      <Fact label={t("clockOffset")}>
        {clock_offset_ms === null ? t("sameClock") : `${formatNumber(clock_offset_ms)} ms`}
      </Fact>
      <Fact label={t("masterKey")}>
        <Code>{health.master_key_id}</Code>
      </Fact>
    </Panel>
  );
}

function Keys({ health }: { health: Health }) {
  const { t } = useTranslation("health");
  const { active, announced, retiring, oldest_active_at, next_rotation_at } = health.keys;
  return (
    <Panel title={t("keys")}>
      <Fact label={t("active")}>{formatNumber(active)}</Fact>
      <Fact label={t("announced")}>{formatNumber(announced)}</Fact>
      <Fact label={t("retiring")}>{formatNumber(retiring)}</Fact>
      <Fact label={t("oldest")}>{formatMoment(oldest_active_at)}</Fact>
      <Fact label={t("nextRotation")}>{formatMoment(next_rotation_at)}</Fact>
    </Panel>
  );
}

function Maintenance({ health }: { health: Health }) {
  const { t } = useTranslation("health");
  const run = health.maintenance;
  return (
    <Panel title={t("maintenance")}>
      {run ? (
        <>
          <Fact label={t("lastRun")}>{formatRelative(run.ended_at)}</Fact>
          <Fact label={t("finished")}>{t(run.finished ? "everything" : "notEverything")}</Fact>
          <Fact label={t("sealed")}>{formatNumber(run.events_sealed)}</Fact>
          <Fact label={t("removed")}>{formatNumber(sum(run.purged))}</Fact>
          <Fact label={t("erased")}>{formatNumber(sum(run.erased))}</Fact>
          <Fact label={t("keysChanged")}>{formatNumber(run.keys_made + run.keys_changed)}</Fact>
        </>
      ) : (
        <Text size="sm">{t("noRun")}</Text>
      )}
      <Fact label={t("sealedUntil")}>{formatMoment(health.audit_sealed_until)}</Fact>
    </Panel>
  );
}

function Backlog({ health }: { health: Health }) {
  const { t } = useTranslation("health");
  const kinds = Object.entries(health.backlog).toSorted(([, a], [, b]) => b - a);
  return (
    <Panel title={t("backlog")}>
      <Text size="sm" c="dimmed">
        {t("backlogHint")}
      </Text>
      <Table verticalSpacing={4} aria-label={t("backlog")}>
        <Table.Tbody>
          {kinds.map(([kind, count]) => (
            <Table.Tr key={kind}>
              <Table.Th scope="row" fw={400} c="dimmed" ps={0}>
                <Kind name={kind} />
              </Table.Th>
              <Table.Td ta="right" pe={0}>
                {formatNumber(count)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

function Kind({ name }: { name: string }) {
  const { t } = useTranslation("health");
  const kinds: Record<string, string> = t("kinds", { returnObjects: true });
  return <>{kinds[name] ?? name}</>;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
