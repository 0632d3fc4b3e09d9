/** A list that pages by cursor: rows come as they are scrolled to, and only those in view are in the document. */
import { Checkbox, Group, Loader, Table, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";
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
  /** Pixels at most, where it is not the page's. */
  height?: number;
}

const ROW_HEIGHT = 45;
/** On a telephone a table scrolls sideways rather than breaking every cell. Pixels a column. */
const COLUMN_WIDTH = 140;
const LOAD_AHEAD = 20;

export function DataTable<Row>(props: Props<Row>) {
  const { rows, columns, rowId, selection, hasMore, isLoadingMore, onLoadMore } = props;
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const ids = useMemo(() => rows.map(rowId), [rows, rowId]);
  // Without keys of its own: they would be asked for anew, of every row, at each step of a scroll.
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
    initialRect: { width: 1000, height: 800 },
  });
  const onPick = useCallback(
    (id: string, on: boolean) => selection?.onChange(toggled(selection.ids, id, on)),
    [selection],
  );
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !isLoadingMore && last >= rows.length - LOAD_AHEAD) onLoadMore?.();
  }, [hasMore, isLoadingMore, last, rows.length, onLoadMore]);

  const first = ids[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search or order is another list, read from its top
  useEffect(() => {
    scroll.current?.scrollTo({ top: 0 });
  }, [first]);

  if (rows.length === 0 && props.empty) return props.empty;
  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  const span = columns.length + (selection ? 1 : 0);
  return (
    <section
      ref={scroll}
      className={classes.scroll}
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region has to be reachable by keyboard (axe: scrollable-region-focusable)
      tabIndex={0}
      {...(props.height ? { style: { maxHeight: props.height } } : {})}
    >
      <Table
        highlightOnHover
        stickyHeader
        miw={columns.length * COLUMN_WIDTH}
        aria-rowcount={hasMore ? -1 : rows.length + 1}
      >
        <Table.Caption className={classes.caption}>
          <VisuallyHidden>{props.label}</VisuallyHidden>
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {selection && (
              <Table.Th w={40}>
                <SelectAll rows={ids} selection={selection} label={t("common.select")} />
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
            return (
              <Row
                key={ids[item.index]}
                row={row}
                id={ids[item.index] ?? ""}
                index={item.index}
                columns={columns as readonly Column<unknown>[]}
                isPicked={selection?.ids.has(ids[item.index] ?? "")}
                onPick={onPick}
                label={props.rowLabel?.(row)}
              />
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

interface RowProps {
  row: unknown;
  id: string;
  index: number;
  columns: readonly Column<unknown>[];
  /** Undefined where rows cannot be picked. */
  isPicked: boolean | undefined;
  onPick: (id: string, on: boolean) => void;
  label: string | undefined;
}

/** Drawn once, and not again for every step of a scroll past it. */
const Row = memo(function Row({ row, id, index, columns, isPicked, onPick, label }: RowProps) {
  const { t } = useTranslation();
  return (
    <Table.Tr aria-rowindex={index + 2} h={ROW_HEIGHT}>
      {isPicked !== undefined && (
        <Table.Td>
          <Checkbox
            aria-label={`${t("common.select")}: ${label ?? id}`}
            checked={isPicked}
            onChange={(event) => onPick(id, event.currentTarget.checked)}
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
});

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
  const chosen = useMemo(
    () => (selection.ids.size === 0 ? 0 : rows.filter((id) => selection.ids.has(id)).length),
    [rows, selection.ids],
  );
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
