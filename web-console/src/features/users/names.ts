import type { User } from "./api";

/** The person's name, as far as it is known. */
export function displayName(user: Pick<User, "claims">): string | undefined {
  const { name, given_name, family_name } = user.claims;
  if (typeof name === "string") return name;
  const parts = [given_name, family_name].filter((part) => typeof part === "string");
  return parts.length > 0 ? parts.join(" ") : undefined;
}
