import { useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { type ListPage, useList } from "@/shared/api/list";
import type { components } from "@/shared/api/schema.gen";

export type Role = components["schemas"]["Role"];
export type Holder = components["schemas"]["Holder"];
export type PrincipalKind = components["schemas"]["PrincipalKind"];

const ROLES = "/api/v1/platform/roles";
const HOLDERS = `${ROLES}/{role}/holders` as const;
const HOLDER = `${HOLDERS}/{home}/{kind}/{id}` as const;

export function usePlatformRoles() {
  return api$().useQuery("get", ROLES);
}

export function useHolders(role: string) {
  return useList<Holder>(["platform-roles", role], async (cursor, signal) => {
    const query = { limit: 100, ...(cursor ? { cursor } : {}) };
    const { data } = await fetchClient().GET(HOLDERS, { params: { path: { role }, query }, signal });
    return data as ListPage<Holder>;
  });
}

export function useGiveRole() {
  return api$().useMutation("put", HOLDER, { onSuccess: useRefreshed() });
}

export function useTakeRole() {
  return api$().useMutation("delete", HOLDER, { onSuccess: useRefreshed() });
}

function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["platform-roles"] });
    await client.invalidateQueries({ queryKey: ["get", "/api/v1/me"] });
  };
}
