/** Audit events, of a tenant or of the platform: found, shown, exported. */
import { useMemo } from "react";
import { api$, fetchClient } from "@/shared/api/client";
import { type ListPage, useList } from "@/shared/api/list";
import type { components, operations } from "@/shared/api/schema.gen";
import { type AuditFilter, queryOf } from "./filter";

export type AuditEvent = components["schemas"]["AuditEvent"];
export type AuditType = AuditEvent["type"];
export type ExportFormat = NonNullable<
  NonNullable<operations["export_audit"]["parameters"]["query"]>["format"]
>;

/** Whose audit: a tenant's, by its name, or the platform's. */
export type Scope = { tenant: string } | "platform";

const OF_TENANT = "/api/v1/tenants/{tenant}/audit";
const OF_PLATFORM = "/api/v1/platform/audit";
const ONE_OF_TENANT = `${OF_TENANT}/{event_id}` as const;
const ONE_OF_PLATFORM = `${OF_PLATFORM}/{event_id}` as const;
const PAGE = 50;

/** The events that fit, the newest first unless the filter says otherwise. */
export function useEvents(scope: Scope, filter: AuditFilter) {
  const key = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: "the last hour" begins when it is asked for, not at each page
  const fitting = useMemo(() => queryOf(filter, Date.now()), [key]);
  return useList<AuditEvent>(["audit", scope, fitting, filter.sort], async (cursor, signal) => {
    const query = { ...fitting, sort: filter.sort ?? "-at", limit: PAGE, ...(cursor ? { cursor } : {}) };
    const { data } =
      scope === "platform"
        ? await fetchClient().GET(OF_PLATFORM, { params: { query }, signal })
        : await fetchClient().GET(OF_TENANT, { params: { path: scope, query }, signal });
    return data as ListPage<AuditEvent>;
  });
}

export function useEvent(tenant: string, event_id: string) {
  return api$().useQuery("get", ONE_OF_TENANT, { params: { path: { tenant, event_id } } });
}

export function usePlatformEvent(event_id: string) {
  return api$().useQuery("get", ONE_OF_PLATFORM, { params: { path: { event_id } } });
}

/** All events that fit as a file, read piece by piece; `onProgress` is told how many bytes there are so far. */
export async function exportEvents(
  scope: Scope,
  filter: AuditFilter,
  format: ExportFormat,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const query = { ...queryOf(filter, Date.now()), format };
  const options = { parseAs: "stream", signal } as const;
  const { response } =
    scope === "platform"
      ? await fetchClient().GET(`${OF_PLATFORM}-export`, { params: { query }, ...options })
      : await fetchClient().GET(`${OF_TENANT}-export`, { params: { path: scope, query }, ...options });
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    pieces.push(read.value as Uint8Array<ArrayBuffer>);
    bytes += read.value.byteLength;
    onProgress(bytes);
  }
  return new Blob(pieces, { type: response.headers.get("content-type") ?? "application/octet-stream" });
}
