/** The groups of a person, and what they bring. */
import { useQueries } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { type ListPage, useList } from "@/shared/api/list";
import type { Assignment } from "@/shared/api/roles";
import type { components } from "@/shared/api/schema.gen";
import { useRefreshed } from "./api";

export type Group = components["schemas"]["Group"];

const GROUPS = "/api/v1/tenants/{tenant}/groups";
const MEMBERS = `${GROUPS}/{group_id}/members` as const;
const PAGE = 200;

export function useMemberships(tenant: string, user_id: string) {
  return useList<Group>(["users", tenant, user_id, "groups"], async (cursor, signal) => {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    const where = { path: { tenant, user_id }, query };
    const { data } = await fetchClient().GET("/api/v1/tenants/{tenant}/users/{user_id}/groups", {
      params: where,
      signal,
    });
    return data as ListPage<Group>;
  });
}

/** Groups whose names begin so, for a choice. */
export function useGroupsFound(tenant: string, search: string) {
  const query = { limit: 10, ...(search ? { search } : {}) };
  return api$().useQuery("get", GROUPS, { params: { path: { tenant }, query } });
}

export function useSetMembership() {
  const onSuccess = useRefreshed();
  const join = api$().useMutation("post", MEMBERS, { onSuccess });
  const leave = api$().useMutation("delete", `${MEMBERS}/{user_id}`, { onSuccess });
  return { join, leave };
}

/** The roles that each of these groups carries. */
export function useRolesOfGroups(tenant: string, groups: readonly Group[]) {
  return useQueries({
    queries: groups.map(({ id }) =>
      api$().queryOptions("get", `${GROUPS}/{group_id}/roles`, {
        params: { path: { tenant, group_id: id } },
      }),
    ),
    combine: (results) => ({
      isPending: results.some((one) => one.isPending),
      error: results.find((one) => one.isError)?.error,
      roles: groups.flatMap((group, index) =>
        (results[index]?.data?.items ?? []).map((held): RoleOfGroup => ({ group, held })),
      ),
    }),
  });
}

export interface RoleOfGroup {
  group: Group;
  held: Assignment;
}
