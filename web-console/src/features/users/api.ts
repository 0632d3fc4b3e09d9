import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { ifMatch, newIdempotencyKey } from "@/shared/api/headers";
import { type ListPage, useList } from "@/shared/api/list";
import type { components, operations } from "@/shared/api/schema.gen";

export type User = components["schemas"]["User"];
export type NewUser = components["schemas"]["NewUser"];
export type UserChanges = components["schemas"]["UserChanges"];
export type Session = components["schemas"]["Session"];
export type Consent = components["schemas"]["Consent"];
export type MadeLink = components["schemas"]["MadeLink"];

const USERS = "/api/v1/tenants/{tenant}/users";
const USER = `${USERS}/{user_id}` as const;

type Query = NonNullable<operations["list_users"]["parameters"]["query"]>;
export type UserFilter = Pick<Query, "search" | "sort" | "status">;

export function useUsers(tenant: string, filter: UserFilter) {
  return useList<User>(["users", tenant, filter], async (cursor, signal) => {
    const query = { ...filter, limit: 100, ...(cursor ? { cursor } : {}) };
    const { data } = await fetchClient().GET(USERS, { params: { path: { tenant }, query }, signal });
    return data as ListPage<User>;
  });
}

/** How many the filter finds; exactly up to 10,000. */
export function useUserCount(tenant: string, { search, status }: UserFilter) {
  const query = { ...(search ? { search } : {}), ...(status ? { status } : {}) };
  const params = { path: { tenant }, query };
  return api$().useQuery(
    "get",
    "/api/v1/tenants/{tenant}/user-count",
    { params },
    { placeholderData: keepPreviousData },
  );
}

export function useUser(tenant: string, user_id: string) {
  return api$().useQuery("get", USER, { params: { path: { tenant, user_id } } });
}

export function useCreateUser() {
  const onSuccess = useRefreshed();
  return api$().useMutation("post", USERS, { onSuccess });
}

/** The headers of a create: keep them while the same form is sent again. */
export function createHeaders() {
  return { "Idempotency-Key": newIdempotencyKey() };
}

export function useUpdateUser() {
  const onSuccess = useRefreshed();
  return api$().useMutation("patch", USER, { onSuccess });
}

export { ifMatch };

export function useSetStatus() {
  const onSuccess = useRefreshed();
  const disable = api$().useMutation("post", `${USER}/disable`, { onSuccess });
  const enable = api$().useMutation("post", `${USER}/enable`, { onSuccess });
  return { disable, enable };
}

export function useDeleteUser() {
  const onSuccess = useRefreshed();
  return api$().useMutation("delete", USER, { onSuccess });
}

export function useSetPassword() {
  const onSuccess = useRefreshed();
  return api$().useMutation("put", `${USER}/password`, { onSuccess });
}

export function useSessions(tenant: string, user_id: string) {
  return useList<Session>(["users", tenant, user_id, "sessions"], async (cursor, signal) => {
    const query = cursor ? { cursor } : {};
    const { data } = await fetchClient().GET(`${USER}/sessions`, {
      params: { path: { tenant, user_id }, query },
      signal,
    });
    return data as ListPage<Session>;
  });
}

export function useEndSessions() {
  const onSuccess = useRefreshed();
  const one = api$().useMutation("delete", "/api/v1/tenants/{tenant}/sessions/{session_id}", { onSuccess });
  const all = api$().useMutation("delete", `${USER}/sessions`, { onSuccess });
  return { one, all };
}

export function useInvite() {
  return api$().useMutation("post", "/api/v1/tenants/{tenant}/invitations", { onSuccess: useRefreshed() });
}

export function useLink(tenant: string, user_id: string) {
  return api$().useQuery("get", `${USER}/link`, { params: { path: { tenant, user_id } } });
}

export function useMakeLink() {
  const onSuccess = useRefreshed();
  const invitation = api$().useMutation("post", `${USER}/invitation`, { onSuccess });
  const reset = api$().useMutation("post", `${USER}/password-reset`, { onSuccess });
  return { invitation, reset };
}

export function useWithdrawLink() {
  return api$().useMutation("delete", `${USER}/link`, { onSuccess: useRefreshed() });
}

export function useUnlock() {
  return api$().useMutation("post", `${USER}/unlock`, { onSuccess: useRefreshed() });
}

export function useConsents(tenant: string, user_id: string) {
  return api$().useQuery("get", `${USER}/consents`, { params: { path: { tenant, user_id } } });
}

/** How an application is called, where it may be read. */
export function useClientName(tenant: string, client_id: string, enabled: boolean) {
  return api$().useQuery(
    "get",
    "/api/v1/tenants/{tenant}/clients/{client_id}",
    { params: { path: { tenant, client_id } } },
    { enabled, select: ({ client_name }) => client_name },
  );
}

export function useWithdrawConsent() {
  return api$().useMutation("delete", `${USER}/consents/{client_id}`, { onSuccess: useRefreshed() });
}

export function useHeldRoles(tenant: string, user_id: string) {
  return api$().useQuery("get", `${USER}/roles`, { params: { path: { tenant, user_id } } });
}

export function useAuthority(tenant: string, user_id: string) {
  return api$().useQuery("get", `${USER}/permissions`, { params: { path: { tenant, user_id } } });
}

export function useSetRole() {
  const onSuccess = useRefreshed();
  const give = api$().useMutation("put", `${USER}/roles/{role}`, { onSuccess });
  const take = api$().useMutation("delete", `${USER}/roles/{role}`, { onSuccess });
  return { give, take };
}

/** Everything about users is asked for again. */
export function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["users"] });
    await client.invalidateQueries({ predicate: ({ queryKey }) => isOfUser(queryKey[1]) });
  };
}

function isOfUser(path: unknown): boolean {
  return typeof path === "string" && (path.startsWith(USER) || path.endsWith("/user-count"));
}
