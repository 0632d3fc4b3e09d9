import { useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { newIdempotencyKey } from "@/shared/api/headers";
import { type ListPage, useList } from "@/shared/api/list";
import type { components } from "@/shared/api/schema.gen";

export type Access = components["schemas"]["Access"];

const OF_PLATFORM = "/api/v1/platform/accesses";
const OF_TENANT = "/api/v1/tenants/{tenant}/accesses";

/** How long a reason has to be. Characters. */
export const MIN_REASON = 10;

/** Every access that opens a tenant now. */
export function useAccesses() {
  return useList<Access>(["accesses"], async (cursor, signal) => {
    const { data } = await fetchClient().GET(OF_PLATFORM, { params: { query: queryOf(cursor) }, signal });
    return data as ListPage<Access>;
  });
}

/** Those that open this tenant now, for its owner. */
export function useAccessesTo(tenant: string) {
  return useList<Access>(["accesses", tenant], async (cursor, signal) => {
    const params = { path: { tenant }, query: queryOf(cursor) };
    const { data } = await fetchClient().GET(OF_TENANT, { params, signal });
    return data as ListPage<Access>;
  });
}

/** The headers of a create: keep them while the same form is sent again. */
export function createHeaders() {
  return { "Idempotency-Key": newIdempotencyKey() };
}

export function useDeclareAccess() {
  return api$().useMutation("post", OF_PLATFORM, { onSuccess: useRefreshed() });
}

export function useEndAccess() {
  return api$().useMutation("delete", `${OF_PLATFORM}/{access_id}`, { onSuccess: useRefreshed() });
}

/** What the person may see has changed, and so has everything that they saw by it. */
export function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["get", "/api/v1/me"] });
    await client.invalidateQueries({ queryKey: ["accesses"] });
  };
}

function queryOf(cursor: string | undefined) {
  return { limit: 100, ...(cursor ? { cursor } : {}) };
}
