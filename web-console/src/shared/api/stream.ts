/** Answers that are written while they are made (application/x-ndjson), one JSON value a line. */
import { Unreachable } from "./problem";

/** The lines as they come. A connection that breaks on the way is `Unreachable`; what had come had come. */
export async function* linesOf<Line>(body: ReadableStream<Uint8Array>): AsyncGenerator<Line, void, void> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as Transform).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await read(reader);
      const lines = (rest + (value ?? "")).split("\n");
      rest = done ? "" : (lines.pop() ?? "");
      for (const line of lines) if (line) yield JSON.parse(line) as Line;
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // whoever stops reading stops the work
  }
}

type Transform = ReadableWritablePair<string, Uint8Array>;

async function read(reader: ReadableStreamDefaultReader<string>) {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable("The answer broke off.", { cause: error });
  }
}
