/** An import from the choice of its file to its end: tried out, then written. */
import { useState } from "react";
import { useTenant } from "@/shared/api/tenant";
import { useRefreshed } from "./api";
import { type ImportCounts, type ImportFormat, linesIn, type RefusedLine, runImport } from "./importing";
import { type RunState, useRun } from "./run";

export type Stage = "check" | "import";
export type Phase = RunState<ImportCounts, RefusedLine>["phase"];

export interface Choice {
  file: File | null;
  format: ImportFormat;
  update: boolean;
}

export function useImport() {
  const tenant = useTenant();
  const refreshed = useRefreshed();
  const run = useRun<ImportCounts, RefusedLine>();
  const [choice, setChoice] = useState<Choice>({ file: null, format: "jsonl", update: false });
  const [stage, setStage] = useState<Stage>();
  const [total, setTotal] = useState<number>();
  const start = async (next: Stage) => {
    const { file, format, update } = choice;
    if (!file) return;
    setStage(next);
    setTotal(undefined);
    void linesIn(file, format).then(setTotal, () => undefined); // a file that cannot be read fails the run itself
    const task = { tenant, file, format, update };
    await run.start((signal) => runImport(task, next === "check", signal));
    if (next === "import") await refreshed();
  };
  /** What was tried out was another question, so it is forgotten. */
  const change = (changes: Partial<Choice>) => {
    run.reset();
    setStage(undefined);
    setChoice({ ...choice, ...changes });
  };
  return { choice, change, stage, total, state: run.state, start, stop: run.stop };
}
