/** Numbers by day as lines; each line has its own stroke, and the same numbers are to be had as a table. */
import "@mantine/charts/styles.css";
import { AreaChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";
import { formatDay, formatNumber } from "@/shared/i18n/format";
import type { DayOfUse } from "./api";

export interface Series {
  name: "sign_ins" | "sign_in_failures" | "active_users";
  label: string;
  look: "first" | "second";
}

const LOOKS = {
  first: { color: "light-dark(var(--mantine-color-blue-7), var(--mantine-color-blue-4))" },
  second: {
    color: "light-dark(var(--mantine-color-orange-8), var(--mantine-color-orange-4))",
    strokeDasharray: "5 4",
  },
} as const;

export function DaysChart(props: { label: string; days: readonly DayOfUse[]; series: readonly Series[] }) {
  const { t } = useTranslation("overview");
  const { days, series } = props;
  const data = days.map((day) => ({ ...day, day: formatDay(day.day) }));
  const said = series.map(({ name, label }) => {
    const total = days.reduce((sum, day) => sum + day[name], 0);
    const most = days.reduce((max, day) => Math.max(max, day[name]), 0);
    return t("dashboard.said", { label, total: formatNumber(total), most: formatNumber(most) });
  });
  return (
    <div role="img" aria-label={`${props.label}. ${said.join(" ")}`}>
      <AreaChart
        h={220}
        data={data}
        dataKey="day"
        series={series.map(({ name, label, look }) => ({ name, label, ...LOOKS[look] }))}
        curveType="linear"
        fillOpacity={0.12}
        strokeWidth={2}
        withDots={false}
        withLegend={series.length > 1}
        legendProps={{ verticalAlign: "top", height: 28, itemSorter: null }}
        gridAxis="x"
        tickLine="none"
        valueFormatter={formatNumber}
        yAxisProps={{ allowDecimals: false, width: 40 }}
        xAxisProps={{ minTickGap: 28, interval: "equidistantPreserveStart" }}
        areaChartProps={{ accessibilityLayer: false, margin: { top: 6, right: 8, bottom: 0, left: 0 } }}
        areaProps={{ isAnimationActive: false }}
      />
    </div>
  );
}
