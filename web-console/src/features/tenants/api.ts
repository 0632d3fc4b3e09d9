import { useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { newIdempotencyKey } from "@/shared/api/headers";
import { type ListPage, useList } from "@/shared/api/list";
import type { components } from "@/shared/api/schema.gen";

export type Tenant = components["schemas"]["Tenant"];
export type MadeTenant = components["schemas"]["MadeTenant"];

const TENANTS = "/api/v1/tenants";
const TENANT = `${TENANTS}/{tenant}` as const;

export function useTenants() {
  return useList<Tenant>(["tenants"], async (cursor, signal) => {
    const query = { limit: 100, ...(cursor ? { cursor } : {}) };
    const { data } = await fetchClient().GET(TENANTS, { params: { query }, signal });
    return data as ListPage<Tenant>;
  });
}

export function useOneTenant(tenant: string) {
  return api$().useQuery("get", TENANT, { params: { path: { tenant } } });
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

function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["tenants"] });
    await client.invalidateQueries({ queryKey: ["get", TENANT] });
  };
}
