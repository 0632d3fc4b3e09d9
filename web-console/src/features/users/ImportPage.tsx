/** Many people from a file: tried out first, then written, with the progress of both and each refused line by its number. */
import {
  Alert,
  Button,
  Checkbox,
  FileInput,
  Group,
  Paper,
  SegmentedControl,
  Stack,
  Text,
} from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleStop, FileUp, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { formatNumber } from "@/shared/i18n/format";
import { Page } from "@/shared/ui/Page";
import { Failed } from "@/shared/ui/states";
import { useRefreshed } from "./api";
import { ImportHelp } from "./ImportHelp";
import { ImportResult } from "./ImportResult";
import {
  formatOf,
  type ImportCounts,
  type ImportFormat,
  linesIn,
  MOST,
  type RefusedLine,
  runImport,
} from "./importing";
import { RunBar } from "./RunReport";
import { useRun } from "./run";

export function ImportPage() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const [choice, setChoice] = useState<Choice>({ file: null, format: "jsonl", update: false });
  const [stage, setStage] = useState<Stage>();
  const [total, setTotal] = useState<number>();
  const run = useRun<ImportCounts, RefusedLine>();
  const refreshed = useRefreshed();
  const { phase, counts } = run.state;
  const start = async (isDry: boolean) => {
    const { file, format, update } = choice;
    if (!file) return;
    setStage(isDry ? "check" : "import");
    setTotal(undefined);
    void linesIn(file, format).then(setTotal, () => undefined); // a file that cannot be read fails the run itself
    await run.start((signal) => runImport({ tenant, file, format, update }, isDry, signal));
    if (!isDry) await refreshed();
  };
  const again = () => {
    run.reset();
    setStage(undefined);
    setChoice({ ...choice, file: null });
  };
  const change = (changes: Partial<Choice>) => {
    run.reset(); // what was tried out was another question
    setStage(undefined);
    setChoice({ ...choice, ...changes });
  };
  return (
    <Page
      title={t("import.title")}
      description={t("import.hint")}
      crumbs={[{ label: t("title"), to: `/t/${tenant}/users` }]}
    >
      <Stack maw={980}>
        <ChoiceForm
          choice={choice}
          onChange={change}
          disabled={phase === "running" || stage === "import"}
          canCheck={stage === undefined || (stage === "check" && (phase === "stopped" || phase === "failed"))}
          onCheck={() => void start(true)}
        />
        {stage && phase === "running" && (
          <Paper withBorder p="lg">
            <RunBar
              label={t(stage === "check" ? "import.checking" : "import.running")}
              worked={counts ? sum(counts) : 0}
              total={counts ? total : undefined}
              onStop={run.stop}
            />
            {!counts && (
              <Text size="sm" c="dimmed" mt="xs">
                {t("import.uploading")}
              </Text>
            )}
          </Paper>
        )}
        {stage && <Ending stage={stage} phase={phase} error={run.state.error} />}
        {stage && counts && (
          <ImportResult isDry={stage === "check"} counts={counts} refused={run.state.refused} />
        )}
        {stage && phase !== "running" && (
          <Next stage={stage} phase={phase} counts={counts} onRun={() => void start(false)} onAgain={again} />
        )}
        {!stage && <ImportHelp />}
      </Stack>
    </Page>
  );
}

/** Trying out, then writing. */
type Stage = "check" | "import";
type Phase = ReturnType<typeof useRun>["state"]["phase"];

interface Choice {
  file: File | null;
  format: ImportFormat;
  update: boolean;
}

function sum({ created, updated, skipped, refused }: ImportCounts): number {
  return created + updated + skipped + refused;
}

function ChoiceForm(props: {
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

/** How the run ended, in a sentence. */
function Ending({ stage, phase, error }: { stage: Stage; phase: Phase; error: unknown }) {
  const { t } = useTranslation("users");
  if (phase === "failed" && error) return <Failed error={error} />;
  if (phase === "failed") {
    return (
      <Alert color="red" icon={<TriangleAlert />} role="alert">
        {t("cutOff")}
      </Alert>
    );
  }
  if (phase === "stopped") {
    return (
      <Alert color="yellow" icon={<CircleStop />} role="status">
        {t(stage === "check" ? "import.stoppedCheck" : "import.stopped")}
      </Alert>
    );
  }
  if (phase !== "done") return null;
  return (
    <Alert color={stage === "check" ? "blue" : "green"} icon={<CircleCheck />} role="status">
      {t(stage === "check" ? "import.checked" : "import.finished")}
    </Alert>
  );
}

function Next(props: {
  stage: Stage;
  phase: Phase;
  counts: ImportCounts | undefined;
  onRun: () => void;
  onAgain: () => void;
}) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const count = (props.counts?.created ?? 0) + (props.counts?.updated ?? 0);
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={props.onAgain}>
        {t("import.again")}
      </Button>
      {props.stage === "check" && props.phase === "done" && count > 0 && (
        <Button onClick={props.onRun}>{t("import.runCount", { count, shown: formatNumber(count) })}</Button>
      )}
      {props.stage === "import" && (
        <Button renderRoot={(rest) => <Link {...rest} to="/t/$tenant/users" params={{ tenant }} />}>
          {t("import.toUsers")}
        </Button>
      )}
    </Group>
  );
}
