/** Which file is imported, how it is written, and what becomes of those who are there. */
import { Button, Checkbox, FileInput, Group, Paper, SegmentedControl, Stack } from "@mantine/core";
import { FileUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import { formatOf, type ImportFormat, MOST } from "./importing";
import type { Choice } from "./useImport";

export function ImportForm(props: {
  choice: Choice;
  onChange: (changes: Partial<Choice>) => void;
  disabled: boolean;
  canCheck: boolean;
  onCheck: () => void;
}) {
  const { choice, onChange, disabled } = props;
  const { t } = useTranslation("users");
  const isTooLong = (choice.file?.size ?? 0) > MOST;
  const pick = (file: File | null) => {
    const format = file && formatOf(file.name);
    onChange({ file, ...(format ? { format } : {}) });
  };
  return (
    <Paper withBorder p="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onCheck();
        }}
      >
        <Stack>
          <Group align="end">
            <FileInput
              label={t("import.file")}
              description={t("import.fileHint")}
              placeholder={t("import.choose")}
              accept=".jsonl,.ndjson,.json,.csv,.tsv,.txt"
              leftSection={<FileUp size={16} aria-hidden />}
              value={choice.file}
              onChange={pick}
              disabled={disabled}
              error={isTooLong ? t("import.tooLong") : undefined}
              flex={1}
              miw={240}
            />
            <SegmentedControl
              aria-label={t("import.format")}
              value={choice.format}
              onChange={(format) => onChange({ format: format as ImportFormat })}
              disabled={disabled}
              data={[
                { value: "jsonl", label: "JSON Lines" },
                { value: "csv", label: "CSV" },
              ]}
            />
          </Group>
          <Checkbox
            label={t("import.update")}
            description={t("import.updateHint")}
            checked={choice.update}
            disabled={disabled}
            onChange={(event) => onChange({ update: event.currentTarget.checked })}
          />
          {props.canCheck && (
            <Group justify="flex-end">
              <Button type="submit" disabled={choice.file === null || isTooLong}>
                {t("import.check")}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Paper>
  );
}
