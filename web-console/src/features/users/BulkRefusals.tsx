/** To whom it was not done, and why. */
import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import type { BulkRefusal } from "./bulk";
import { SaveRefusals } from "./RunReport";

interface Props {
  refused: readonly BulkRefusal[];
  title: "bulk.refused" | "bulk.wouldRefuse";
}

export function BulkRefusals({ refused, title }: Props) {
  const { t } = useTranslation("users");
  if (refused.length === 0) return null;
  const columns: Column<BulkRefusal>[] = [
    { id: "username", header: t("username"), width: "40%", cell: (one) => one.username },
    { id: "reason", header: t("reason"), cell: (one) => one.reason },
  ];
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm">{t(title, { count: refused.length, shown: formatNumber(refused.length) })}</Text>
        <SaveRefusals refused={refused} filename="refused.jsonl" />
      </Group>
      <DataTable
        label={t("refusedLabel")}
        rows={refused}
        columns={columns}
        rowId={(one) => one.user_id}
        height={260}
      />
    </Stack>
  );
}
