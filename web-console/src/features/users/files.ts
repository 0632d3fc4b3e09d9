/** Users as files to be taken along. */
import { useMutation } from "@tanstack/react-query";
import { fetchClient } from "@/shared/api/client";
import { saveAs } from "@/shared/api/files";
import type { User, UserFilter } from "./api";

/** All that is known of a person, as JSON. */
export function useExportPerson() {
  return useMutation({
    mutationFn: async ({ tenant, user }: { tenant: string; user: User }) => {
      const path = { tenant, user_id: user.id };
      const { data } = await fetchClient().GET("/api/v1/tenants/{tenant}/users/{user_id}/export", {
        params: { path },
        parseAs: "blob",
      });
      if (data) saveAs(`${user.username}.json`, data as Blob);
    },
  });
}

/** The users whom a filter finds, as JSON Lines that an import reads. */
export function useExportUsers() {
  return useMutation({
    mutationFn: async ({ tenant, filter }: { tenant: string; filter: UserFilter }) => {
      const { search, status } = filter;
      const query = { ...(search ? { search } : {}), ...(status ? { status } : {}) };
      const { data } = await fetchClient().GET("/api/v1/tenants/{tenant}/user-export", {
        params: { path: { tenant }, query },
        parseAs: "blob",
      });
      if (data) saveAs(`${tenant}-users.jsonl`, data as Blob);
    },
  });
}
