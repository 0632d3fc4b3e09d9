/** The parts of which pages about use are made: what is asked for, the numbers, the days. */
import { Group, Paper, SegmentedControl, SimpleGrid, Text, Title } from "@mantine/core";
import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { formatMoment, formatNumber } from "@/shared/i18n/format";
import { Lines } from "@/shared/ui/states";
import type { DayOfUse, Usage } from "./api";
import { DaysTable } from "./DaysTable";

const DaysChart = lazy(async () => ({ default: (await import("./DaysChart")).DaysChart }));

export const RANGES = { week: 7, month: 30, quarter: 90, year: 365 } as const;
export interface UsageFilter {
  range?: keyof typeof RANGES;
  as?: "table";
}

/** Which days are shown, and how. */
export function UsageActions(props: {
  filter: UsageFilter;
  onChange: (changes: { [Name in keyof UsageFilter]?: string | undefined }) => void;
}) {
  const { t } = useTranslation("overview");
  const { filter, onChange } = props;
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label={t("dashboard.as")}
        value={filter.as ?? "chart"}
        onChange={(as) => onChange({ as: as === "table" ? as : undefined })}
        data={[
          { value: "chart", label: t("dashboard.chart") },
          { value: "table", label: t("dashboard.table") },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("dashboard.range")}
        value={filter.range ?? "month"}
        onChange={(chosen) => onChange({ range: chosen === "month" ? undefined : chosen })}
        data={Object.entries(RANGES).map(([value, count]) => ({
          value,
          label: t("dashboard.days", { count }),
        }))}
      />
    </>
  );
}

/** Up to when the numbers are complete. */
export function AsOf({ usage }: { usage: Usage }) {
  const { t } = useTranslation("overview");
  return (
    <Text size="xs" c="dimmed">
      {usage.as_of ? t("dashboard.asOf", { when: formatMoment(usage.as_of) }) : t("dashboard.notCounted")}
    </Text>
  );
}

/** The numbers that matter most. */
export function Tiles({ usage }: { usage: Usage }) {
  const { t } = useTranslation("overview");
  const { active_users, totals, days } = usage;
  const signIns = sum(days, "sign_ins");
  const failures = sum(days, "sign_in_failures");
  const active = { week: formatNumber(active_users.days_7), day: formatNumber(active_users.days_1) };
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Tile
        label={t("dashboard.active")}
        value={active_users.days_30}
        more={t("dashboard.activeMore", active)}
      />
      <Tile
        label={t("dashboard.signIns")}
        value={signIns}
        more={t("dashboard.inDays", { count: days.length })}
      />
      <Tile
        label={t("dashboard.failures")}
        value={failures}
        more={
          signIns + failures > 0
            ? t("dashboard.share", { share: percent(failures / (signIns + failures)) })
            : "–"
        }
      />
      <Tile
        label={t("dashboard.users")}
        value={totals.users}
        more={t("dashboard.applications", { count: totals.clients })}
      />
    </SimpleGrid>
  );
}

export function Tile({ label, value, more }: { label: string; value: number | null; more: string }) {
  return (
    <Paper withBorder p="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fz={28} fw={650} lh={1.3}>
        {value === null ? "–" : formatNumber(value)}
      </Text>
      <Text size="xs" c="dimmed">
        {more}
      </Text>
    </Paper>
  );
}

/** The numbers of each day, drawn or written down. */
export function Days({ days, as }: { days: readonly DayOfUse[]; as: UsageFilter["as"] }) {
  return as === "table" ? <Tables days={days} /> : <Charts days={days} />;
}

function Charts({ days }: { days: readonly DayOfUse[] }) {
  const { t } = useTranslation("overview");
  const series = useSeries();
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Card title={t("dashboard.signIns")}>
        <Suspense fallback={<Lines count={5} />}>
          <DaysChart label={t("dashboard.signIns")} days={days} series={series.signIns} />
        </Suspense>
      </Card>
      <Card title={t("dashboard.activePerDay")}>
        <Suspense fallback={<Lines count={5} />}>
          <DaysChart label={t("dashboard.activePerDay")} days={days} series={series.active} />
        </Suspense>
      </Card>
    </SimpleGrid>
  );
}

function Tables({ days }: { days: readonly DayOfUse[] }) {
  const { t } = useTranslation("overview");
  const { signIns, active } = useSeries();
  return (
    <Card title={t("dashboard.byDay")}>
      <DaysTable label={t("dashboard.byDay")} days={days} series={[...signIns, ...active]} />
    </Card>
  );
}

function useSeries() {
  const { t } = useTranslation("overview");
  return {
    signIns: [
      { name: "sign_ins", label: t("dashboard.succeeded"), look: "first" },
      { name: "sign_in_failures", label: t("dashboard.failed"), look: "second" },
    ],
    active: [{ name: "active_users", label: t("dashboard.people"), look: "first" }],
  } as const;
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section">
      <Group mb="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
      </Group>
      {children}
    </Paper>
  );
}

export function sum(days: readonly DayOfUse[], name: "sign_ins" | "sign_in_failures"): number {
  return days.reduce((total, day) => total + day[name], 0);
}

function percent(share: number): string {
  return `${formatNumber(Math.round(share * 1000) / 10)} %`;
}
