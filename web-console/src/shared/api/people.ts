/** People as more than one feature shows them: found by the beginning of any of their names. */
import { keepPreviousData } from "@tanstack/react-query";
import { api$ } from "./client";
import type { components } from "./schema.gen";

export type Person = components["schemas"]["User"];

/** How many are offered where one is to be chosen. */
const OFFERED = 10;

export function usePeople(tenant: string, search: string, options: { enabled?: boolean } = {}) {
  const query = { limit: OFFERED, ...(search ? { search } : {}) };
  const params = { path: { tenant }, query };
  return api$().useQuery(
    "get",
    "/api/v1/tenants/{tenant}/users",
    { params },
    {
      enabled: options.enabled ?? true,
      placeholderData: keepPreviousData,
    },
  );
}

/** One person by their id; nobody where there is none to ask for. */
export function usePerson(tenant: string, user_id: string | null) {
  return api$().useQuery(
    "get",
    "/api/v1/tenants/{tenant}/users/{user_id}",
    { params: { path: { tenant, user_id: user_id ?? "" } } },
    { enabled: user_id !== null },
  );
}

/** The person's name, as far as it is known. */
export function displayName(user: Pick<Person, "claims">): string | undefined {
  const { name, given_name, family_name } = user.claims;
  if (typeof name === "string") return name;
  const parts = [given_name, family_name].filter((part) => typeof part === "string");
  return parts.length > 0 ? parts.join(" ") : undefined;
}
