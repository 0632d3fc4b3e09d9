import type { Tenant } from "./api";

export const COLOURS: Record<Tenant["status"], string> = {
  active: "green",
  suspended: "yellow",
  deleting: "red",
  erasing: "red",
};
