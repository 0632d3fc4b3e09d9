import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { api$ } from "@/shared/api/client";
import { newIdempotencyKey } from "@/shared/api/headers";
import type { components } from "@/shared/api/schema.gen";
import { nonce } from "@/shared/config/nonce";

type Schemas = components["schemas"];
export type Settings = Schemas["Settings"];
export type SettingsChanges = Schemas["SettingsChanges"];
export type BrandingChanges = Schemas["BrandingChanges"];
export type Tenant = Schemas["Tenant"];
export type AccentUse = Schemas["AccentUse"];
export type Bounds = Pick<Schemas["SettingBounds"], "least" | "most" | "default">;

const TENANT = "/api/v1/tenants/{tenant}";
const SETTINGS = `${TENANT}/settings` as const;
const DOMAINS = `${TENANT}/domains` as const;

export function useSettings(tenant: string) {
  return api$().useQuery("get", SETTINGS, { params: { path: { tenant } } });
}

export function useConfigure() {
  return api$().useMutation("patch", SETTINGS, { onSuccess: useRefreshed() });
}

/** How far each setting that is a number goes, by its name (`lifetimes.code`). */
export function useBounds() {
  const options = { staleTime: Number.POSITIVE_INFINITY, select: boundsByName };
  return api$().useQuery("get", "/api/v1/settings-bounds", {}, options);
}

function boundsByName({ items }: Schemas["SettingsBounds"]): ReadonlyMap<string, Bounds> {
  return new Map(items.map((item) => [item.name, item]));
}

export interface Draft {
  branding: BrandingChanges;
  client_name: string;
  language: string;
  scheme: "light" | "dark";
}

/** The sign-in page as the draft would make it; the page before it stays while it is made. */
export function useSignInPage(tenant: string, draft: Draft, enabled = true) {
  const body = { ...draft, nonce: nonce() };
  const options = {
    enabled,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  };
  return api$().useQuery("post", `${SETTINGS}/sign-in-page`, { params: { path: { tenant } }, body }, options);
}

export function useOwnTenant(tenant: string) {
  return api$().useQuery("get", TENANT, { params: { path: { tenant } } });
}

export function useRename() {
  return api$().useMutation("patch", TENANT, { onSuccess: useRefreshed() });
}

export function useDomains() {
  const onSuccess = useRefreshed();
  const ask = api$().useMutation("post", DOMAINS, { onSuccess });
  const remove = api$().useMutation("delete", `${DOMAINS}/{domain}`, { onSuccess });
  return { ask, remove };
}

/** The headers of a request for a domain: keep them while the same form is sent again. */
export function askHeaders() {
  return { "Idempotency-Key": newIdempotencyKey() };
}

/** Nothing is asked for again afterwards: from then on the tenant answers nobody. */
export function useDeleteTenant() {
  return api$().useMutation("delete", TENANT);
}

/** The APIs of the tenant and their scopes, for what may be allowed. */
export function useResources(tenant: string, enabled: boolean) {
  const params = { path: { tenant }, query: { limit: 100 } };
  return api$().useQuery("get", `${TENANT}/resources`, { params }, { enabled });
}

/** Settings and name are parts of the tenant: its version is theirs. */
function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["get", TENANT] });
    await client.invalidateQueries({ queryKey: ["get", SETTINGS] });
    await client.invalidateQueries({ queryKey: ["get", "/api/v1/me"] });
  };
}
