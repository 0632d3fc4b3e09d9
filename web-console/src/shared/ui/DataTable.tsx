/** A list that pages by cursor: rows come as they are scrolled to, and only those in view are in the document. */
import { Checkbox, Group, Loader, Table, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "./DataTable.module.css";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The API's name of this order, where the list can be sorted by it. */
  sort?: string;
  width?: string;
  align?: "right";
  /** Whether the header is only read out: what stands in the column speaks for itself. */
  quiet?: boolean;
}

export interface Selection {
  ids: ReadonlySet<string>;
  onChange: (ids: ReadonlySet<string>) => void;
}

interface Props<Row> {
  /** What the table lists, read out by screen readers. */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  /** `username`, or `-created_at` for the other way round. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  selection?: Selection | undefined;
  /** How a row is called, for its check box. */
  rowLabel?: (row: Row) => string;
  hasMore?: boolean;
  isLoadingMore?: boolean;
  onLoadMore?: () => void;
  /** What stands in place of rows where there are none. */
  empty?: ReactNode;
}

const ROW_HEIGHT = 45;
const LOAD_AHEAD = 20;

export function DataTable<Row>(props: Props<Row>) {
  const { rows, columns, rowId, selection, hasMore, isLoadingMore, onLoadMore } = props;
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => (rows[index] === undefined ? index : rowId(rows[index])),
    overscan: 10,
    initialRect: { width: 1000, height: 800 },
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !isLoadingMore && last >= rows.length - LOAD_AHEAD) onLoadMore?.();
  }, [hasMore, isLoadingMore, last, rows.length, onLoadMore]);

  if (rows.length === 0 && props.empty) return props.empty;
  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  const span = columns.length + (selection ? 1 : 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region has to be reachable by keyboard (axe: scrollable-region-focusable)
    <section ref={scroll} className={classes.scroll} aria-label={props.label} tabIndex={0}>
      <Table highlightOnHover stickyHeader aria-rowcount={hasMore ? -1 : rows.length + 1}>
        <Table.Caption className={classes.caption}>
          <VisuallyHidden>{props.label}</VisuallyHidden>
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {selection && (
              <Table.Th w={40}>
                <SelectAll rows={rows.map(rowId)} selection={selection} label={t("common.select")} />
              </Table.Th>
            )}
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {before > 0 && <Spacer height={before} span={span} />}
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const id = rowId(row);
            return (
              <Table.Tr key={id} aria-rowindex={item.index + 2} h={ROW_HEIGHT}>
                {selection && (
                  <Table.Td>
                    <Checkbox
                      aria-label={`${t("common.select")}: ${props.rowLabel?.(row) ?? id}`}
                      checked={selection.ids.has(id)}
                      onChange={(event) =>
                        selection.onChange(toggled(selection.ids, id, event.currentTarget.checked))
                      }
                    />
                  </Table.Td>
                )}
                {columns.map((column) => (
                  <Table.Td key={column.id} ta={column.align}>
                    {column.cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
          {after > 0 && <Spacer height={after} span={span} />}
        </Table.Tbody>
      </Table>
      {isLoadingMore && (
        <Group justify="center" p="sm" role="status">
          <Loader size="sm" />
          <Text size="sm" c="dimmed">
            {t("common.loading")}
          </Text>
        </Group>
      )}
    </section>
  );
}

function HeaderCell<Row>(props: {
  column: Column<Row>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}) {
  const { column, sort, onSort } = props;
  const { t } = useTranslation();
  const key = column.sort;
  if (!key || !onSort) {
    return (
      <Table.Th w={column.width} ta={column.align} scope="col">
        {column.quiet ? <VisuallyHidden>{column.header}</VisuallyHidden> : column.header}
      </Table.Th>
    );
  }
  const ascending = sort === key;
  const descending = sort === `-${key}`;
  const next = ascending ? `-${key}` : key;
  return (
    <Table.Th
      w={column.width}
      ta={column.align}
      scope="col"
      aria-sort={ascending ? "ascending" : descending ? "descending" : "none"}
    >
      <UnstyledButton
        className={classes.sort}
        onClick={() => onSort(next)}
        title={t(ascending ? "list.sortDescending" : "list.sortAscending")}
      >
        {column.header}
        {ascending && <ArrowUp size={14} aria-hidden />}
        {descending && <ArrowDown size={14} aria-hidden />}
      </UnstyledButton>
    </Table.Th>
  );
}

function SelectAll({
  rows,
  selection,
  label,
}: {
  rows: readonly string[];
  selection: Selection;
  label: string;
}) {
  const chosen = rows.filter((id) => selection.ids.has(id)).length;
  return (
    <Checkbox
      aria-label={label}
      checked={rows.length > 0 && chosen === rows.length}
      indeterminate={chosen > 0 && chosen < rows.length}
      onChange={(event) => selection.onChange(new Set(event.currentTarget.checked ? rows : []))}
    />
  );
}

function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function toggled(ids: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(ids);
  if (on) next.add(id);
  else next.delete(id);
  return next;
}
