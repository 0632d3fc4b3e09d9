/** Does one thing to many people: counted first where a filter says whom, with progress, and each refusal told. */
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { CircleStop, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { useMe } from "@/shared/auth/me";
import { formatNumber } from "@/shared/i18n/format";
import { RoleSelect } from "@/shared/ui/RoleSelect";
import { Failed } from "@/shared/ui/states";
import { useRefreshed } from "./api";
import { BulkRefusals } from "./BulkRefusals";
import {
  type BulkAction,
  type BulkCounts,
  type BulkRefusal,
  type BulkTask,
  runBulk,
  type Target,
} from "./bulk";
import { RunBar } from "./RunReport";
import { useRun } from "./run";

interface Props {
  action: BulkAction;
  target: Target;
  /** How many the filter finds, where that is known. */
  found: number | undefined;
  /** `changed` where anything may have been done. */
  onClose: (changed: boolean) => void;
}

export function BulkDialog({ action, target, found, onClose }: Props) {
  const { t } = useTranslation(["users", "shared"]);
  const tenant = useTenant();
  const me = useMe();
  const refreshed = useRefreshed();
  const [role, setRole] = useState<string | null>(null);
  const counted = useRun<BulkCounts, BulkRefusal>();
  const run = useRun<BulkCounts, BulkRefusal>();
  const task: BulkTask = {
    tenant,
    action,
    role: role ?? undefined,
    target,
    me: me.data?.id ?? "",
    thatIsYou: t("bulk.thatIsYou"),
  };
  const isCounted = "found" in target && action !== "assign";
  // biome-ignore lint/correctness/useExhaustiveDependencies: counted once, when the dialog opens
  useEffect(() => {
    if (isCounted) void counted.start((signal) => runBulk(task, signal, true));
  }, []);
  const total = "picked" in target ? target.picked.length : (counted.state.counts?.done ?? found);
  const { phase } = run.state;
  const start = async () => {
    await run.start((signal) => runBulk(task, signal));
    await refreshed();
  };
  const close = () => {
    if (phase !== "running") onClose(phase !== "idle");
  };
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t(`bulk.title.${action}`)}
      closeButtonProps={{ "aria-label": t("shared:common.close"), disabled: phase === "running" }}
    >
      {phase === "idle" ? (
        <Question
          {...{ action, total, role, setRole }}
          counting={isCounted ? counted : undefined}
          onCancel={close}
          onStart={() => void start()}
        />
      ) : (
        <Stack>
          {phase === "running" && (
            <RunBar
              label={t(`bulk.title.${action}`)}
              worked={worked(run.state.counts)}
              total={isCounted ? worked(counted.state.counts) : total}
              onStop={run.stop}
            />
          )}
          {phase !== "running" && <Outcome state={run.state} onClose={close} />}
        </Stack>
      )}
    </Modal>
  );
}

function worked(counts: BulkCounts | undefined): number {
  return counts ? counts.done + counts.not_done : 0;
}

type Run = ReturnType<typeof useRun<BulkCounts, BulkRefusal>>;

function Question(props: {
  action: BulkAction;
  total: number | undefined;
  role: string | null;
  setRole: (role: string | null) => void;
  counting: Run | undefined;
  onCancel: () => void;
  onStart: () => void;
}) {
  const { action, total, role, counting } = props;
  const { t } = useTranslation(["users", "shared"]);
  const [typed, setTyped] = useState("");
  const counted = counting?.state;
  const isReady = !counted || counted.phase === "done";
  const wanted = String(total ?? "");
  const isSure = action !== "delete" || typed.trim() === wanted;
  const shown = total === undefined ? "…" : formatNumber(total);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onStart();
      }}
    >
      <Stack>
        <Text size="sm">{t(`bulk.text.${action}`)}</Text>
        {action === "assign" && <RoleSelect value={role} onChange={props.setRole} />}
        {counted?.phase === "running" && (
          <Text size="sm" c="dimmed" role="status">
            {t("bulk.counting", { shown: formatNumber(worked(counted.counts)) })}
          </Text>
        )}
        {counted?.phase === "failed" && <Failed error={counted.error} />}
        {isReady && total !== undefined && (
          <Text size="sm" fw={600} role="status">
            {t("bulk.wouldBe", { count: total, shown })}
          </Text>
        )}
        {counted && isReady && <BulkRefusals refused={counted.refused} title="bulk.wouldRefuse" />}
        {action === "delete" && isReady && (
          <TextInput
            label={t("bulk.typeCount", { count: total })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            inputMode="numeric"
            maw={260}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onCancel}>
            {t("shared:common.cancel")}
          </Button>
          <Button
            type="submit"
            {...(action === "delete" || action === "disable" ? { color: "red" } : {})}
            disabled={!isReady || !isSure || total === 0 || (action === "assign" && role === null)}
          >
            {t(`bulk.do.${action}`, { count: total ?? 0, shown })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Outcome({ state, onClose }: { state: Run["state"]; onClose: () => void }) {
  const { t } = useTranslation(["users", "shared"]);
  const done = state.counts?.done ?? 0;
  return (
    <Stack>
      {state.phase === "stopped" && (
        <Alert color="yellow" icon={<CircleStop />}>
          {t("bulk.stopped")}
        </Alert>
      )}
      {state.phase === "failed" &&
        (state.error ? (
          <Failed error={state.error} />
        ) : (
          <Alert color="red" icon={<TriangleAlert />}>
            {t("cutOff")}
          </Alert>
        ))}
      <Text size="sm" fw={600} role="status">
        {t("bulk.done", { count: done, shown: formatNumber(done) })}
      </Text>
      <BulkRefusals refused={state.refused} title="bulk.refused" />
      <Group justify="flex-end">
        <Button onClick={onClose}>{t("shared:common.close")}</Button>
      </Group>
    </Stack>
  );
}
