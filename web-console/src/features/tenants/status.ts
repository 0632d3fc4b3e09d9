import type { Tenant } from "./api";

export const STATUSES = ["active", "suspended", "deleting", "erasing"] as const satisfies Tenant["status"][];

export const COLOURS = {
  active: "green",
  suspended: "yellow",
  deleting: "red",
  erasing: "red",
} as const satisfies Record<Tenant["status"], string>;
