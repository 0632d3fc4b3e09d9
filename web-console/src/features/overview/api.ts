import { keepPreviousData } from "@tanstack/react-query";
import { api$ } from "@/shared/api/client";
import type { components } from "@/shared/api/schema.gen";
import { TYPES } from "@/shared/audit/types";

type Schemas = components["schemas"];
export type Usage = Schemas["Usage"];
export type DayOfUse = Schemas["DayOfUse"];

const TENANT = "/api/v1/tenants/{tenant}";
const MINUTE = 60_000;

/** The numbers of so many UTC days; those before stay while others are fetched. */
export function useUsage(tenant: string, days: number) {
  const params = { path: { tenant }, query: { since: firstDay(days) } };
  const options = { placeholderData: keepPreviousData, staleTime: MINUTE };
  return api$().useQuery("get", `${TENANT}/statistics`, { params }, options);
}

/** The same of all tenants together. */
export function usePlatformUsage(days: number) {
  const params = { query: { since: firstDay(days) } };
  const options = { placeholderData: keepPreviousData, staleTime: MINUTE };
  return api$().useQuery("get", "/api/v1/platform/statistics", { params }, options);
}

/** Whether the deployment is well. */
export function useCondition() {
  return api$().useQuery("get", "/api/v1/system/health", {}, { refetchInterval: MINUTE });
}

/** Tenants whose domain waits for an approval: those of the first page. */
export function useWaitingDomains(enabled: boolean) {
  return api$().useQuery(
    "get",
    "/api/v1/platform/domains",
    { params: { query: { limit: 100 } } },
    { enabled },
  );
}

/** The first of so many UTC days of which today is the last. */
export function firstDay(days: number, now = Date.now()): string {
  return new Date(now - (days - 1) * 86_400_000).toISOString().slice(0, 10);
}

/** What goes on by itself all day: sign-ins and tokens, which the charts count, and the upkeep of keys and hashes. */
const ROUTINE = /^(session|code|token|authorization|request|seal|key)\.|^password\.rehashed$/;
const CHANGES = TYPES.filter((type) => !ROUTINE.test(type)).join(",");

/** What was changed last, and by whom. */
export function useLatestChanges(tenant: string) {
  const params = { path: { tenant }, query: { limit: 8, sort: "-at" as const, type: CHANGES } };
  return api$().useQuery("get", `${TENANT}/audit`, { params });
}

/** What was just added elsewhere ticks its step at once. */
const anew = { staleTime: 0 };

export function useSomeClients(tenant: string, enabled: boolean) {
  const params = { path: { tenant }, query: { limit: 1 } };
  return api$().useQuery("get", `${TENANT}/clients`, { params }, { ...anew, enabled });
}

export function useSomeUsers(tenant: string, enabled: boolean) {
  const params = { path: { tenant }, query: { limit: 2 } };
  return api$().useQuery("get", `${TENANT}/users`, { params }, { ...anew, enabled });
}

export function useSomeApis(tenant: string, enabled: boolean) {
  return api$().useQuery(
    "get",
    `${TENANT}/resources`,
    { params: { path: { tenant } } },
    { ...anew, enabled },
  );
}

export function useOwners(tenant: string, enabled: boolean) {
  const params = { path: { tenant, role: "tenant_owner" } };
  return api$().useQuery("get", `${TENANT}/roles/{role}/holders`, { params }, { ...anew, enabled });
}

export function useBranding(tenant: string, enabled: boolean) {
  return api$().useQuery("get", `${TENANT}/settings`, { params: { path: { tenant } } }, { ...anew, enabled });
}
