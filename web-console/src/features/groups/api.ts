import { useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { newIdempotencyKey } from "@/shared/api/headers";
import { type ListPage, useList } from "@/shared/api/list";
import type { components } from "@/shared/api/schema.gen";

export type Group = components["schemas"]["Group"];
export type Member = components["schemas"]["Member"];

const GROUPS = "/api/v1/tenants/{tenant}/groups";
const GROUP = `${GROUPS}/{group_id}` as const;
const PAGE = 100;

export interface GroupFilter {
  search?: string;
}

export function useGroups(tenant: string, filter: GroupFilter) {
  return useList<Group>(["groups", tenant, filter], async (cursor, signal) => {
    const query = { ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const { data } = await fetchClient().GET(GROUPS, { params: { path: { tenant }, query }, signal });
    return data as ListPage<Group>;
  });
}

export function useGroup(tenant: string, group_id: string) {
  return api$().useQuery("get", GROUP, { params: { path: { tenant, group_id } } });
}

/** The headers of a create: keep them while the same form is sent again. */
export function createHeaders() {
  return { "Idempotency-Key": newIdempotencyKey() };
}

export function useCreateGroup() {
  return api$().useMutation("post", GROUPS, { onSuccess: useRefreshed() });
}

export function useUpdateGroup() {
  return api$().useMutation("patch", GROUP, { onSuccess: useRefreshed() });
}

export function useDeleteGroup() {
  return api$().useMutation("delete", GROUP, { onSuccess: useRefreshed() });
}

export function useMembers(tenant: string, group_id: string) {
  return useList<Member>(["groups", tenant, group_id, "members"], async (cursor, signal) => {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    const where = { path: { tenant, group_id }, query };
    const { data } = await fetchClient().GET(`${GROUP}/members`, { params: where, signal });
    return data as ListPage<Member>;
  });
}

export function useSetMembers() {
  const onSuccess = useRefreshed();
  const add = api$().useMutation("post", `${GROUP}/members`, { onSuccess });
  const remove = api$().useMutation("delete", `${GROUP}/members/{user_id}`, { onSuccess });
  return { add, remove };
}

export function useCarriedRoles(tenant: string, group_id: string) {
  return api$().useQuery("get", `${GROUP}/roles`, { params: { path: { tenant, group_id } } });
}

export function useSetRole() {
  const onSuccess = useRefreshed();
  const give = api$().useMutation("put", `${GROUP}/roles/{role}`, { onSuccess });
  const take = api$().useMutation("delete", `${GROUP}/roles/{role}`, { onSuccess });
  return { give, take };
}

/** Everything about groups is asked for again. */
function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["groups"] });
    await client.invalidateQueries({ predicate: ({ queryKey }) => isOfGroup(queryKey[1]) });
  };
}

function isOfGroup(path: unknown): boolean {
  return typeof path === "string" && path.startsWith(GROUP);
}
