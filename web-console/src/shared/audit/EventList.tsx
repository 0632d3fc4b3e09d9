/** Audit events as a table; each leads to its own page. */
import { Anchor, Badge, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatMoment } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Failed, Lines, NoMatch, Nothing } from "@/shared/ui/states";
import type { AuditEvent, Scope, useEvents } from "./api";
import { type AuditFilter, isNarrow } from "./filter";
import { useEventWords } from "./words";

interface Props {
  scope: Scope;
  events: ReturnType<typeof useEvents>;
  filter: AuditFilter;
  /** Where it may be sorted, by time. */
  onSort?: (sort: NonNullable<AuditFilter["sort"]>) => void;
  /** Columns that would say the same in every row. */
  without?: readonly ColumnId[];
}

export type ColumnId = "actor" | "target" | "client" | "ip";

export function EventList({ scope, events, filter, onSort, without = [] }: Props) {
  const { t } = useTranslation("audit");
  const { query, rows, table } = events;
  const columns = useColumns(scope).filter((column) => !without.includes(column.id as ColumnId));
  if (query.isPending) return <Lines count={10} />;
  const empty = isNarrow(filter) ? (
    <NoMatch />
  ) : (
    <Nothing icon={<ScrollText />} title={t("emptyTitle")} hint={t("emptyHint")} />
  );
  return (
    <>
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {!(query.isError && rows.length === 0) && (
        <DataTable
          {...table}
          label={t("events")}
          columns={columns}
          rowId={(event) => event.id}
          {...(onSort
            ? { sort: filter.sort ?? "-at", onSort: (sort: string) => onSort(sort as "at" | "-at") }
            : {})}
          empty={empty}
        />
      )}
    </>
  );
}

/** Where an event has its own page. */
export function eventPath(scope: Scope, id: string): string {
  return scope === "platform" ? `/platform/audit/${id}` : `/t/${scope.tenant}/audit/${id}`;
}

function useColumns(scope: Scope): Column<AuditEvent>[] {
  const { t } = useTranslation("audit");
  const words = useEventWords();
  return [
    {
      id: "at",
      header: t("at"),
      sort: "at",
      width: "13rem",
      cell: (event) => (
        <Text size="sm" style={{ whiteSpace: "nowrap" }}>
          {formatMoment(event.at, "medium")}
        </Text>
      ),
    },
    {
      id: "type",
      header: t("what"),
      cell: (event) => (
        <Group gap="xs" wrap="nowrap">
          <Anchor
            size="sm"
            fw={500}
            renderRoot={(props) => <Link {...props} to={eventPath(scope, event.id) as string} />}
          >
            {words.type(event.type)}
          </Anchor>
          {event.outcome === "failure" && <Badge color="red">{t("failure")}</Badge>}
        </Group>
      ),
    },
    { id: "actor", header: t("who"), cell: (event) => <Cut>{words.actor(event)}</Cut> },
    { id: "target", header: t("target"), cell: (event) => <Cut>{words.target(event)}</Cut> },
    { id: "client", header: t("client"), cell: (event) => <Cut>{words.client(event)}</Cut> },
    { id: "ip", header: t("ip"), cell: (event) => <Cut>{event.ip}</Cut> },
  ];
}

/** Long ids end in dots; the whole stands in the event's own page. */
function Cut({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" truncate maw={200}>
      {children ?? "–"}
    </Text>
  );
}
