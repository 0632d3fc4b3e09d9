import { api$ } from "@/shared/api/client";
import type { components } from "@/shared/api/schema.gen";

export type Health = components["schemas"]["Health"];
export type Check = components["schemas"]["Check"];

/** How often the page looks again. Milliseconds. */
export const EVERY = 10_000;

export function useHealth() {
  return api$().useQuery("get", "/api/v1/system/health", {}, { refetchInterval: EVERY, staleTime: 0 });
}
