/** How far something done to many has come, and what it refused. */
import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { Download, Square } from "lucide-react";
import { useTranslation } from "react-i18next";
import { saveAs } from "@/shared/api/files";
import { formatNumber } from "@/shared/i18n/format";

/** A bar where the end is known, and how many there were in any case. */
export function RunBar(props: {
  label: string;
  worked: number;
  total: number | undefined;
  onStop: () => void;
}) {
  const { t } = useTranslation("users");
  const { worked, total } = props;
  const percent = total ? Math.min(100, Math.floor((worked / total) * 100)) : 100;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" role="status">
          {total
            ? t("workedOf", { worked: formatNumber(worked), total: formatNumber(total) })
            : t("worked", { worked: formatNumber(worked) })}
        </Text>
        <Button
          variant="default"
          size="xs"
          leftSection={<Square size={12} aria-hidden />}
          onClick={props.onStop}
        >
          {t("stop")}
        </Button>
      </Group>
      <Progress value={percent} striped={!total} animated aria-label={props.label} />
    </Stack>
  );
}

/** The refusals as a file, one JSON value a line. */
export function SaveRefusals({ refused, filename }: { refused: readonly object[]; filename: string }) {
  const { t } = useTranslation("users");
  const save = () => {
    const lines = refused.map((one) => `${JSON.stringify({ ...one, type: undefined })}\n`);
    saveAs(filename, new Blob(lines, { type: "application/x-ndjson" }));
  };
  return (
    <Button variant="default" size="xs" leftSection={<Download size={14} aria-hidden />} onClick={save}>
      {t("saveRefusals")}
    </Button>
  );
}
