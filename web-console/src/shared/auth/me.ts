/** Who is signed in, as the Admin Plane sees it: the permissions that decide what is shown. It decides again at every call. */
import { api$ } from "@/shared/api/client";

export type Me = NonNullable<ReturnType<typeof useMe>["data"]>;

export function useMe() {
  return api$().useQuery("get", "/api/v1/me", {}, { staleTime: 30_000 });
}

/** What to call somebody. */
export function nameOf(me: Me): string {
  return me.name ?? me.username ?? me.id;
}
