/** Something done to many, told while it is done: counts so far, whom it refused, how it ended. */
import { useCallback, useEffect, useRef, useState } from "react";

/** A line of the answer, as the Admin Plane writes it (`user-bulk`, `user-imports`). */
export type RunLine<Counts, Refusal> =
  | ({ type: "progress" | "done" } & Counts)
  | ({ type: "refused" } & Refusal);

export interface RunState<Counts, Refusal> {
  phase: "idle" | "running" | "done" | "stopped" | "failed";
  counts?: Counts;
  refused: readonly Refusal[];
  error?: unknown;
}

type Lines<Counts, Refusal> = (signal: AbortSignal) => AsyncIterable<RunLine<Counts, Refusal>>;

/** One run at a time; it is stopped where its page is left. */
export function useRun<Counts, Refusal>() {
  const [state, setState] = useState<RunState<Counts, Refusal>>({ phase: "idle", refused: [] });
  const running = useRef<AbortController>(undefined);
  const stop = useCallback(() => running.current?.abort(), []);
  useEffect(() => stop, [stop]);
  const start = async (lines: Lines<Counts, Refusal>): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    const refused: Refusal[] = [];
    let counts: Counts | undefined;
    const show = (phase: RunState<Counts, Refusal>["phase"], error?: unknown) => {
      if (running.current !== controller) return;
      setState({ phase, refused: [...refused], ...(counts ? { counts } : {}), ...(error ? { error } : {}) });
    };
    show("running");
    try {
      let isDone = false;
      for await (const line of lines(controller.signal)) {
        if (line.type === "refused") {
          refused.push(line as Refusal);
          continue;
        }
        counts = line as Counts;
        isDone = line.type === "done";
        show("running");
      }
      show(isDone ? "done" : "failed");
    } catch (error) {
      show(controller.signal.aborted ? "stopped" : "failed", controller.signal.aborted ? undefined : error);
    }
  };
  const reset = () => {
    stop();
    running.current = undefined;
    setState({ phase: "idle", refused: [] });
  };
  return { state, start, stop, reset };
}
