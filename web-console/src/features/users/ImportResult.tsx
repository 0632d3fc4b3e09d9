/** What became of the lines of an import, or would: how many met which end, and each refused one by its number. */
import { Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import type { ImportCounts, RefusedLine } from "./importing";
import { SaveRefusals } from "./RunReport";

interface Props {
  isDry: boolean;
  counts: ImportCounts;
  refused: readonly RefusedLine[];
}

export function ImportResult({ isDry, counts, refused }: Props) {
  const { t } = useTranslation("users");
  const tiles = [
    [t(isDry ? "import.wouldCreate" : "import.created"), counts.created],
    [t(isDry ? "import.wouldUpdate" : "import.updated"), counts.updated],
    [t("import.skipped"), counts.skipped],
    [t("import.refused"), counts.refused],
  ] as const;
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        {tiles.map(([label, count]) => (
          <Paper key={label} withBorder p="md">
            <Text size="xl" fw={600} lh={1.2}>
              {formatNumber(count)}
            </Text>
            <Text size="sm" c="dimmed">
              {label}
            </Text>
          </Paper>
        ))}
      </SimpleGrid>
      {refused.length > 0 && <RefusedLines refused={refused} />}
    </Stack>
  );
}

function RefusedLines({ refused }: { refused: readonly RefusedLine[] }) {
  const { t } = useTranslation("users");
  const columns: Column<RefusedLine>[] = [
    {
      id: "line",
      header: t("import.line"),
      width: "6rem",
      align: "right",
      cell: ({ line }) => formatNumber(line),
    },
    { id: "username", header: t("username"), width: "30%", cell: ({ username }) => username ?? "–" },
    {
      id: "problems",
      header: t("import.problems"),
      cell: ({ problems }) =>
        Object.entries(problems).map(([field, sentence]) => (
          <Text key={field} size="sm">
            <b>{field}</b> {sentence}
          </Text>
        )),
    },
  ];
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm">
          {t("import.refusals", { count: refused.length, shown: formatNumber(refused.length) })}
        </Text>
        <SaveRefusals refused={refused} filename="refused-lines.jsonl" />
      </Group>
      <DataTable
        label={t("import.refusalsLabel")}
        rows={refused}
        columns={columns}
        rowId={({ line }) => String(line)}
        height={420}
      />
    </Stack>
  );
}
