import { useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { newIdempotencyKey } from "@/shared/api/headers";
import { type ListPage, useList } from "@/shared/api/list";
import type { components } from "@/shared/api/schema.gen";

type Schemas = components["schemas"];
export type Client = Schemas["Client"];
export type ClientChanges = Schemas["ClientChanges"];
export type ClientKind = Schemas["ClientKind"];
export type HeldGrant = Schemas["HeldGrant"];
export type Preview = Schemas["Preview"];
export type Claim = Schemas["Claim"];

const CLIENTS = "/api/v1/tenants/{tenant}/clients";
const CLIENT = `${CLIENTS}/{client_id}` as const;

export function useClients(tenant: string) {
  return useList<Client>(["clients", tenant], async (cursor, signal) => {
    const query = { limit: 100, ...(cursor ? { cursor } : {}) };
    const { data } = await fetchClient().GET(CLIENTS, { params: { path: { tenant }, query }, signal });
    return data as ListPage<Client>;
  });
}

export function useClient(tenant: string, client_id: string) {
  return api$().useQuery("get", CLIENT, { params: { path: { tenant, client_id } } });
}

export function useKinds() {
  return api$().useQuery("get", "/api/v1/client-kinds", {}, { staleTime: Number.POSITIVE_INFINITY });
}

/** The headers of a create: keep them while the same form is sent again. */
export function createHeaders() {
  return { "Idempotency-Key": newIdempotencyKey() };
}

export function useCreateClient() {
  return api$().useMutation("post", CLIENTS, { onSuccess: useRefreshed() });
}

export function useUpdateClient() {
  return api$().useMutation("patch", CLIENT, { onSuccess: useRefreshed() });
}

export function useDeleteClient() {
  return api$().useMutation("delete", CLIENT, { onSuccess: useRefreshed() });
}

export function useSetClientStatus() {
  const onSuccess = useRefreshed();
  const disable = api$().useMutation("post", `${CLIENT}/disable`, { onSuccess });
  const enable = api$().useMutation("post", `${CLIENT}/enable`, { onSuccess });
  return { disable, enable };
}

export function useRotateSecret() {
  return api$().useMutation("post", `${CLIENT}/rotate-secret`, { onSuccess: useRefreshed() });
}

export function useEndSecret() {
  return api$().useMutation("delete", `${CLIENT}/secrets/{secret_id}`, { onSuccess: useRefreshed() });
}

export function useGrants(tenant: string, client_id: string) {
  return useList<HeldGrant>(["clients", tenant, client_id, "grants"], async (cursor, signal) => {
    const query = cursor ? { cursor } : {};
    const where = { path: { tenant, client_id }, query };
    const { data } = await fetchClient().GET(`${CLIENT}/grants`, { params: where, signal });
    return data as ListPage<HeldGrant>;
  });
}

export function useRevokeGrants() {
  const onSuccess = useRefreshed();
  const one = api$().useMutation("delete", `${CLIENT}/grants/{grant_id}`, { onSuccess });
  const all = api$().useMutation("post", `${CLIENT}/revoke-grants`, { onSuccess });
  return { one, all };
}

export function useConsentCount(tenant: string, client_id: string) {
  return api$().useQuery("get", `${CLIENT}/consents`, { params: { path: { tenant, client_id } } });
}

export function usePreview() {
  return api$().useMutation("post", `${CLIENT}/preview`);
}

/** Everything about applications is asked for again. */
function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["clients"] });
    await client.invalidateQueries({ queryKey: ["get", CLIENT] });
  };
}
