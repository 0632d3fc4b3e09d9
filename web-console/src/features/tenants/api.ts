import { useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { newIdempotencyKey } from "@/shared/api/headers";
import { type ListPage, useList } from "@/shared/api/list";
import { Unreachable } from "@/shared/api/problem";
import type { components, operations } from "@/shared/api/schema.gen";

export type Tenant = components["schemas"]["Tenant"];
export type MadeTenant = components["schemas"]["MadeTenant"];

const TENANTS = "/api/v1/tenants";
const TENANT = `${TENANTS}/{tenant}` as const;
const DOMAINS = "/api/v1/platform/domains";

type Query = NonNullable<operations["list_tenants"]["parameters"]["query"]>;
export type TenantFilter = Pick<Query, "search" | "sort" | "status">;

export function useTenants(filter: TenantFilter) {
  return useList<Tenant>(["tenants", filter], async (cursor, signal) => {
    const query = { ...filter, limit: 100, ...(cursor ? { cursor } : {}) };
    const { data } = await fetchClient().GET(TENANTS, { params: { query }, signal });
    return data as ListPage<Tenant>;
  });
}

/** Tenants whose domain waits for an approval. */
export function useWaitingDomains() {
  return useList<Tenant>(["tenants", "domains"], async (cursor, signal) => {
    const query = { limit: 100, ...(cursor ? { cursor } : {}) };
    const { data } = await fetchClient().GET(DOMAINS, { params: { query }, signal });
    return data as ListPage<Tenant>;
  });
}

export function useDecideDomain() {
  const onSuccess = useRefreshed();
  const approve = api$().useMutation("post", DOMAINS, { onSuccess });
  const remove = api$().useMutation("delete", `${TENANT}/domains/{domain}`, { onSuccess });
  return { approve, remove };
}

/** One tenant; while it is being erased it is looked at again and again. */
export function useOneTenant(tenant: string) {
  const refetchInterval = (query: { state: { data?: Tenant | undefined; error: unknown } }) =>
    query.state.data?.status === "erasing" || query.state.error instanceof Unreachable ? 5_000 : false;
  return api$().useQuery("get", TENANT, { params: { path: { tenant } } }, { refetchInterval });
}

/** The headers of a create: keep them while the same form is sent again. */
export function createHeaders() {
  return { "Idempotency-Key": newIdempotencyKey() };
}

export function useCreateTenant() {
  return api$().useMutation("post", TENANTS, { onSuccess: useRefreshed() });
}

export function useSetTenantStatus() {
  const onSuccess = useRefreshed();
  const suspend = api$().useMutation("post", `${TENANT}/suspend`, { onSuccess });
  const resume = api$().useMutation("post", `${TENANT}/resume`, { onSuccess });
  return { suspend, resume };
}

export function useEndTenant() {
  const onSuccess = useRefreshed();
  const remove = api$().useMutation("delete", TENANT, { onSuccess });
  const restore = api$().useMutation("post", `${TENANT}/restore`, { onSuccess });
  return { remove, restore };
}

function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["tenants"] });
    await client.invalidateQueries({ queryKey: ["get", TENANT] });
  };
}
