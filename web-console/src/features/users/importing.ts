/** An import of users, as the Admin Plane reads it and tells of it line by line. */
import { fetchClient } from "@/shared/api/client";
import { linesOf } from "@/shared/api/stream";
import type { RunLine } from "./run";

export type ImportFormat = "jsonl" | "csv";

export interface ImportCounts {
  created: number;
  updated: number;
  skipped: number;
  refused: number;
}

export interface RefusedLine {
  line: number;
  username: string | null;
  problems: Record<string, string>;
}

export interface ImportTask {
  tenant: string;
  file: File;
  format: ImportFormat;
  update: boolean;
}

/** Bytes that the Admin Plane takes. */
export const MOST = 64 * 1024 * 1024;
const MEDIA_TYPES: Record<ImportFormat, string> = { jsonl: "application/x-ndjson", csv: "text/csv" };

export async function* runImport(
  { tenant, file, format, update }: ImportTask,
  dry_run: boolean,
  signal: AbortSignal,
): AsyncGenerator<RunLine<ImportCounts, RefusedLine>> {
  const { data } = await fetchClient().POST("/api/v1/tenants/{tenant}/user-imports", {
    params: { path: { tenant }, query: { update, dry_run } },
    headers: { "Content-Type": MEDIA_TYPES[format] },
    body: file as unknown as string,
    bodySerializer: (body) => body,
    parseAs: "stream",
    signal,
  });
  if (data) yield* linesOf(data as unknown as ReadableStream<Uint8Array>);
}

/** What a file's name says of its format. */
export function formatOf(filename: string): ImportFormat | undefined {
  if (/\.(csv|tsv)$/i.test(filename)) return "csv";
  return /\.(jsonl|ndjson|json)$/i.test(filename) ? "jsonl" : undefined;
}

/** How many lines a file has, about: a CSV cell may have several. */
export async function linesIn(file: File, format: ImportFormat): Promise<number> {
  const reader = file.stream().getReader();
  let lines = 0;
  let last = 10;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    for (const byte of value) if (byte === 10) lines += 1;
    last = value.at(-1) ?? last;
  }
  return Math.max(0, lines + (last === 10 ? 0 : 1) - (format === "csv" ? 1 : 0));
}
