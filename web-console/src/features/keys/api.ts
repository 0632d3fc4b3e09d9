import { useQueryClient } from "@tanstack/react-query";
import { api$ } from "@/shared/api/client";
import type { components } from "@/shared/api/schema.gen";

export type Key = components["schemas"]["Key"];

const KEYS = "/api/v1/tenants/{tenant}/keys";

export function useKeys(tenant: string) {
  return api$().useQuery("get", KEYS, { params: { path: { tenant } } });
}

export function useRotateKey() {
  const onSuccess = useRefreshedKeys();
  return api$().useMutation("post", `${KEYS}/rotate`, { onSuccess });
}

export function useRetireKey() {
  const onSuccess = useRefreshedKeys();
  return api$().useMutation("post", `${KEYS}/{kid}/retire`, { onSuccess });
}

function useRefreshedKeys() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["get", KEYS] });
}
