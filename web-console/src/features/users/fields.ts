import type { User, UserChanges } from "./api";

/** The claims of OpenID Connect Core 1.0 §5.1 that a form shows; the others stay as they are. */
export const CLAIMS = ["name", "given_name", "family_name", "phone_number", "locale", "zoneinfo"] as const;
type ClaimName = (typeof CLAIMS)[number];

export interface UserForm {
  username: string;
  email: string;
  email_verified: boolean;
  claims: Record<ClaimName, string>;
}

export function formOf(user?: User): UserForm {
  const claims = Object.fromEntries(CLAIMS.map((name) => [name, text(user?.claims[name])]));
  return {
    username: user?.username ?? "",
    email: user?.email ?? "",
    email_verified: user?.email_verified ?? false,
    claims: claims as Record<ClaimName, string>,
  };
}

/** What the form says, as the API takes it: claims that it does not show are kept, emptied ones go. */
export function changesOf(form: UserForm, before: User["claims"] = {}): UserChanges & { username: string } {
  const claims: Record<string, unknown> = { ...before };
  for (const name of CLAIMS) {
    const value = form.claims[name].trim();
    if (value) claims[name] = value;
    else delete claims[name];
  }
  const email = form.email.trim() || null;
  return {
    username: form.username.trim(),
    email,
    email_verified: form.email_verified && email !== null,
    claims,
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
