import { useState } from "react";
import { api$ } from "./client";

/** Tenants to choose from: those that a text finds, or the first ones. */
export function useTenantChoices(chosen?: string | null) {
  const [search, onSearch] = useState("");
  const wanted = search && search !== chosen ? { search } : {};
  const found = api$().useQuery("get", "/api/v1/tenants", { params: { query: { limit: 20, ...wanted } } });
  const options = (found.data?.items ?? []).map(({ name, display_name }) => ({
    value: name,
    label: display_name === name ? name : `${display_name} (${name})`,
  }));
  const isKnown = !chosen || options.some((option) => option.value === chosen);
  return { options: isKnown ? options : [{ value: chosen, label: chosen }, ...options], onSearch };
}
