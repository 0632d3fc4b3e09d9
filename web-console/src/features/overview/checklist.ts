/** What a new tenant still lacks, told by what is there: nobody ticks a box. */
import { useSyncExternalStore } from "react";
import { useMay } from "@/shared/api/tenant";
import { useBranding, useOwners, useSomeApis, useSomeClients, useSomeUsers } from "./api";

export type StepName = "application" | "user" | "branding" | "api" | "owner";

export interface Step {
  name: StepName;
  isDone: boolean;
  /** Below the tenant's pages. */
  to: string;
  /** Needed to do it. */
  permission: string;
}

interface Checklist {
  steps: readonly Step[];
  isPending: boolean;
  error: unknown;
  retry: () => void;
}

export function useChecklist(tenant: string): Checklist {
  const may = useMay();
  const clients = useSomeClients(tenant, may("client:read"));
  const users = useSomeUsers(tenant, may("user:read"));
  const branding = useBranding(tenant, may("tenant:read"));
  const apis = useSomeApis(tenant, may("client:read"));
  const owners = useOwners(tenant, may("role:read"));
  const has = (items: readonly unknown[] | undefined, count: number) => (items?.length ?? 0) >= count;
  const look = Object.values(branding.data?.branding ?? {});
  const steps: [Step, { fetchStatus: string; isPending: boolean; error: unknown; refetch: () => unknown }][] =
    [
      [
        {
          name: "application",
          isDone: has(clients.data?.items, 1),
          to: "applications/new",
          permission: "client:write",
        },
        clients,
      ],
      [{ name: "user", isDone: has(users.data?.items, 2), to: "users/new", permission: "user:write" }, users],
      [
        {
          name: "branding",
          isDone: look.some((value) => value !== null),
          to: "branding",
          permission: "tenant:configure",
        },
        branding,
      ],
      [{ name: "api", isDone: has(apis.data?.items, 1), to: "apis/new", permission: "client:write" }, apis],
      [
        {
          name: "owner",
          isDone: has(owners.data?.items, 2),
          to: "roles/tenant_owner",
          permission: "owner:assign",
        },
        owners,
      ],
    ];
  const queries = steps.map(([, query]) => query);
  return {
    steps: steps.filter(([, query]) => !isIdle(query)).map(([step]) => step),
    isPending: queries.some((query) => query.isPending && !isIdle(query)),
    error: queries.find((query) => query.error)?.error,
    retry: () => queries.filter((query) => query.error).forEach((query) => void query.refetch()),
  };
}

/** Not asked for: what the person may not read is none of their steps. */
function isIdle(query: { fetchStatus: string; isPending: boolean }): boolean {
  return query.isPending && query.fetchStatus === "idle";
}

const KEY = "opentrusty.start-hidden";
const listeners = new Set<() => void>();

/** Whether the checklist of a tenant was put away in this browser, and what does so. */
export function useHidden(tenant: string): [boolean, (hidden: boolean) => void] {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => localStorage.getItem(KEY) ?? "",
  );
  const hidden = text.split(" ").filter(Boolean);
  const hide = (yes: boolean) => {
    const others = hidden.filter((name) => name !== tenant);
    localStorage.setItem(KEY, (yes ? [...others, tenant] : others).join(" "));
    for (const listener of listeners) listener();
  };
  return [hidden.includes(tenant), hide];
}
