/** What the palette finds beside pages: people and applications whose names begin with what is typed. */
import { useDebouncedValue } from "@mantine/hooks";
import { api$ } from "@/shared/api/client";
import { type Person, usePeople } from "@/shared/api/people";
import type { components } from "@/shared/api/schema.gen";

export type Application = components["schemas"]["Client"];

/** Milliseconds that a search waits for the next key. */
const AFTER = 200;
const OFFERED = 6;

export interface Found {
  people: readonly Person[];
  applications: readonly Application[];
  isSearching: boolean;
}

export function useFound(tenant: string | undefined, typed: string, permissions: ReadonlySet<string>): Found {
  const search = typed.trim();
  const [wanted] = useDebouncedValue(search, AFTER);
  const isAsked = tenant !== undefined && wanted !== "";
  const mayPeople = isAsked && permissions.has("user:read");
  const mayApplications = isAsked && permissions.has("client:read");
  const people = usePeople(tenant ?? "", wanted, { enabled: mayPeople });
  const params = { path: { tenant: tenant ?? "" }, query: { limit: OFFERED, search: wanted } };
  const applications = api$().useQuery(
    "get",
    "/api/v1/tenants/{tenant}/clients",
    { params },
    { enabled: mayApplications },
  );
  // What was found for other words is never shown under these: Enter would open the wrong one.
  const isOld = wanted !== search || people.isPlaceholderData;
  return {
    people: mayPeople && !isOld ? (people.data?.items ?? []) : [],
    applications: mayApplications && wanted === search ? (applications.data?.items ?? []) : [],
    isSearching:
      tenant !== undefined &&
      search !== "" &&
      (wanted !== search || people.isFetching || applications.isFetching),
  };
}
