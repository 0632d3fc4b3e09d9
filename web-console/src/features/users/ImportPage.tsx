/** Many people from a file: tried out first, then written, with the progress of both and each refused line by its number. */
import { Alert, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleStop, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { formatNumber } from "@/shared/i18n/format";
import { Page } from "@/shared/ui/Page";
import { Failed } from "@/shared/ui/states";
import { ImportForm } from "./ImportForm";
import { ImportHelp } from "./ImportHelp";
import { ImportResult } from "./ImportResult";
import type { ImportCounts } from "./importing";
import { RunBar } from "./RunReport";
import { type Phase, type Stage, useImport } from "./useImport";

export function ImportPage() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { choice, change, stage, total, state, start, stop } = useImport();
  const { phase, counts } = state;
  const hasGivenUp = phase === "stopped" || phase === "failed";
  return (
    <Page
      title={t("import.title")}
      description={t("import.hint")}
      crumbs={[{ label: t("title"), to: `/t/${tenant}/users` }]}
    >
      <Stack maw={980}>
        <ImportForm
          choice={choice}
          onChange={change}
          disabled={phase === "running" || stage === "import"}
          canCheck={stage === undefined || (stage === "check" && hasGivenUp)}
          onCheck={() => void start("check")}
        />
        {stage && phase === "running" && <Running {...{ stage, counts, total }} onStop={stop} />}
        {stage && <Ending stage={stage} phase={phase} error={state.error} />}
        {stage && counts && (
          <ImportResult isDry={stage === "check"} counts={counts} refused={state.refused} />
        )}
        {stage && phase !== "running" && (
          <Next
            {...{ stage, phase, counts }}
            onRun={() => void start("import")}
            onAgain={() => change({ file: null })}
          />
        )}
        {!stage && <ImportHelp />}
      </Stack>
    </Page>
  );
}

function Running(props: {
  stage: Stage;
  counts: ImportCounts | undefined;
  total: number | undefined;
  onStop: () => void;
}) {
  const { stage, counts, total, onStop } = props;
  const { t } = useTranslation("users");
  return (
    <Paper withBorder p="lg">
      <RunBar
        label={t(stage === "check" ? "import.checking" : "import.running")}
        worked={counts ? sum(counts) : 0}
        total={counts ? total : undefined}
        onStop={onStop}
      />
      {!counts && (
        <Text size="sm" c="dimmed" mt="xs">
          {t("import.uploading")}
        </Text>
      )}
    </Paper>
  );
}

function sum({ created, updated, skipped, refused }: ImportCounts): number {
  return created + updated + skipped + refused;
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
