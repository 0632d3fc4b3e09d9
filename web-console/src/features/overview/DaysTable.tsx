/** The numbers of the charts as a table, the latest day first. */
import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatDay, formatNumber } from "@/shared/i18n/format";
import type { DayOfUse } from "./api";
import type { Series } from "./DaysChart";
import classes from "./DaysTable.module.css";

export function DaysTable(props: { label: string; days: readonly DayOfUse[]; series: readonly Series[] }) {
  const { t } = useTranslation("overview");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region has to be reachable by keyboard (axe: scrollable-region-focusable)
    <section className={classes.scroll ?? ""} aria-label={props.label} tabIndex={0}>
      <Table stickyHeader aria-label={props.label}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("dashboard.day")}</Table.Th>
            {props.series.map(({ name, label }) => (
              <Table.Th key={name} scope="col" ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.days.toReversed().map((day) => (
            <Table.Tr key={day.day}>
              <Table.Th scope="row" fw={400}>
                {formatDay(day.day)}
              </Table.Th>
              {props.series.map(({ name }) => (
                <Table.Td key={name} ta="right">
                  {formatNumber(day[name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
