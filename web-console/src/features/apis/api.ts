import { useQueryClient } from "@tanstack/react-query";
import { api$, fetchClient } from "@/shared/api/client";
import { type ListPage, useList } from "@/shared/api/list";
import type { components } from "@/shared/api/schema.gen";

export type Resource = components["schemas"]["Resource"];

const RESOURCES = "/api/v1/tenants/{tenant}/resources";
const RESOURCE = `${RESOURCES}/{identifier}` as const;
const PAGE = 50;

export interface ResourceFilter {
  search?: string;
}

export function useResources(tenant: string, filter: ResourceFilter) {
  return useList<Resource>(["resources", tenant, filter], async (cursor, signal) => {
    const query = { ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const { data } = await fetchClient().GET(RESOURCES, { params: { path: { tenant }, query }, signal });
    return data as ListPage<Resource>;
  });
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
    await client.invalidateQueries({ queryKey: ["resources"] });
    await client.invalidateQueries({ queryKey: ["get", RESOURCE] });
  };
}
