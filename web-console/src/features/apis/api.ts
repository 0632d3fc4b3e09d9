import { useQueryClient } from "@tanstack/react-query";
import { api$ } from "@/shared/api/client";
import type { components } from "@/shared/api/schema.gen";

export type Resource = components["schemas"]["Resource"];

const RESOURCES = "/api/v1/tenants/{tenant}/resources";
const RESOURCE = `${RESOURCES}/{identifier}` as const;

export function useResources(tenant: string) {
  return api$().useQuery("get", RESOURCES, { params: { path: { tenant } } });
}

export function useResource(tenant: string, identifier: string) {
  return api$().useQuery("get", RESOURCE, { params: { path: { tenant, identifier } } });
}

export function useSaveResource() {
  const onSuccess = useRefreshed();
  return api$().useMutation("put", RESOURCE, { onSuccess });
}

export function useDeleteResource() {
  const onSuccess = useRefreshed();
  return api$().useMutation("delete", RESOURCE, { onSuccess });
}

function useRefreshed() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["get", RESOURCES] });
    await client.invalidateQueries({ queryKey: ["get", RESOURCE] });
  };
}
