import { useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { newIdempotencyKey } from "@/shared/api/headers";
import { type ListPage, useList } from "@/shared/api/list";
import type { Assignment } from "@/shared/api/roles";
import type { components } from "@/shared/api/schema.gen";

export type PrincipalKind = components["schemas"]["PrincipalKind"];
export type Principal = components["schemas"]["Principal"];

const TENANT = "/api/v1/tenants/{tenant}";
const ROLES = `${TENANT}/roles` as const;
const ROLE = `${ROLES}/{role}` as const;
const PAGE = 100;
/** How many are offered where one is to be chosen. */
const OFFERED = 10;

export function useRole(tenant: string, role: string) {
  return api$().useQuery("get", ROLE, { params: { path: { tenant, role } } });
}

/** The headers of a create: keep them while the same form is sent again. */
export function createHeaders() {
  return { "Idempotency-Key": newIdempotencyKey() };
}

export function useCreateRole() {
  return api$().useMutation("post", ROLES, { onSuccess: useRefreshed() });
}

export function useUpdateRole() {
  return api$().useMutation("patch", ROLE, { onSuccess: useRefreshed() });
}

export function useDeleteRole() {
  return api$().useMutation("delete", ROLE, { onSuccess: useRefreshed() });
}

export function useHolders(tenant: string, role: string) {
  return useList<Assignment>(["roles", tenant, role, "holders"], async (cursor, signal) => {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    const where = { path: { tenant, role }, query };
    const { data } = await fetchClient().GET(`${ROLE}/holders`, { params: where, signal });
    return data as ListPage<Assignment>;
  });
}

/** Gives a role to a user, a group or an application, and takes it away. */
export function useSetHolder(tenant: string, role: string) {
  const onSuccess = useRefreshed();
  const give = {
    user: api$().useMutation("put", `${TENANT}/users/{user_id}/roles/{role}`, { onSuccess }),
    group: api$().useMutation("put", `${TENANT}/groups/{group_id}/roles/{role}`, { onSuccess }),
    client: api$().useMutation("put", `${TENANT}/clients/{client_id}/roles/{role}`, { onSuccess }),
  };
  const take = {
    user: api$().useMutation("delete", `${TENANT}/users/{user_id}/roles/{role}`, { onSuccess }),
    group: api$().useMutation("delete", `${TENANT}/groups/{group_id}/roles/{role}`, { onSuccess }),
    client: api$().useMutation("delete", `${TENANT}/clients/{client_id}/roles/{role}`, { onSuccess }),
  };
  const set = (calls: typeof give | typeof take, { kind, id }: Principal): Promise<unknown> => {
    switch (kind) {
      case "user":
        return calls.user.mutateAsync({ params: { path: { tenant, user_id: id, role } } });
      case "group":
        return calls.group.mutateAsync({ params: { path: { tenant, group_id: id, role } } });
      case "client":
        return calls.client.mutateAsync({ params: { path: { tenant, client_id: id, role } } });
    }
  };
  return {
    give: (principal: Principal) => set(give, principal),
    take: (principal: Principal) => set(take, principal),
  };
}

/** How a holder is called; asked for one by one, as rows come into view. */
export function useNameOf(tenant: string, { kind, id }: Principal) {
  const user = api$().useQuery(
    "get",
    `${TENANT}/users/{user_id}`,
    { params: { path: { tenant, user_id: id } } },
    { enabled: kind === "user", select: (found) => found.username },
  );
  const group = api$().useQuery(
    "get",
    `${TENANT}/groups/{group_id}`,
    { params: { path: { tenant, group_id: id } } },
    { enabled: kind === "group", select: (found) => found.name },
  );
  const client = api$().useQuery(
    "get",
    `${TENANT}/clients/{client_id}`,
    { params: { path: { tenant, client_id: id } } },
    { enabled: kind === "client", select: (found) => found.client_name },
  );
  return { user, group, client }[kind];
}

/** Groups or applications whose names begin so, for a choice. */
export function useFound(tenant: string, kind: "group" | "client", search: string) {
  const query = { limit: OFFERED, ...(search ? { search } : {}) };
  const params = { path: { tenant }, query };
  const groups = api$().useQuery("get", `${TENANT}/groups`, { params }, { enabled: kind === "group" });
  const clients = api$().useQuery("get", `${TENANT}/clients`, { params }, { enabled: kind === "client" });
  if (kind === "group") return (groups.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (clients.data?.items ?? []).map(({ client_id, client_name }) => ({
    value: client_id,
    label: client_name,
  }));
}

/** Everything about roles is asked for again. */
function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["roles"] });
    await client.invalidateQueries({ predicate: ({ queryKey }) => isAboutRoles(queryKey[1]) });
  };
}

function isAboutRoles(path: unknown): boolean {
  return typeof path === "string" && (path.includes("/roles") || path.endsWith("/permissions"));
}
