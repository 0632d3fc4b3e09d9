/** What the parts of the security page share. */
import type { UseFormReturnType } from "@mantine/form";
import { formatNumber } from "@/shared/i18n/format";
import type { Bounds, Settings } from "./api";

export type SecurityValues = Pick<
  Settings,
  "password_policy" | "throttling" | "lifetimes" | "allowed_scopes" | "allowed_resources" | "audit_days"
>;
export type SecurityForm = UseFormReturnType<SecurityValues>;
/** By the setting's name. */
export type AllBounds = ReadonlyMap<string, Bounds>;

export function numbersOf({ least, most, default: usual }: Bounds) {
  return { least: formatNumber(least), most: formatNumber(most), usual: formatNumber(usual ?? least) };
}
