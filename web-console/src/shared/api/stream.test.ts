import { describe, expect, it } from "vitest";
import { Unreachable } from "./problem";
import { linesOf } from "./stream";

function streamOf(chunks: readonly string[], failure?: Error): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const waiting = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const next = waiting.shift();
      if (next !== undefined) controller.enqueue(encoder.encode(next));
      else if (failure) controller.error(failure);
      else controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const line of linesOf(stream)) found.push(line);
  return found;
}

describe("linesOf", () => {
  it("finds lines wherever the network has cut them, the last one without its end too", async () => {
    expect(await all(streamOf(['{"a":', '1}\n{"b":2}\n', "\n", '{"c":3}']))).toEqual([
      { a: 1 },
      { b: 2 },
      { c: 3 },
    ]);
  });

  it("gives what had come before the connection broke, and then says so", async () => {
    const found: unknown[] = [];
    const broken = async () => {
      for await (const line of linesOf(streamOf(['{"a":1}\n{"b"'], new TypeError("network"))))
        found.push(line);
    };
    await expect(broken()).rejects.toBeInstanceOf(Unreachable);
    expect(found).toEqual([{ a: 1 }]);
  });
});
