/** Who comes in: a page behind this waits until somebody is signed in, by `prompt=none` where a tenant is known. */
import { redirect } from "@tanstack/react-router";
import { beginSignIn, isTenantName } from "@/shared/auth/flow";
import { lastTenant, session, takeSignedOut } from "@/shared/auth/session";
import { catalogueLoaded } from "@/shared/i18n/i18n";

export async function requireSession(location: { href: string; pathname: string }): Promise<void> {
  if (session()) return catalogueLoaded();
  if (takeSignedOut()) throw redirect({ to: "/sign-in", search: { signed_out: "true" } });
  const tenant = lastTenant() ?? namedTenant(location.pathname);
  if (!tenant) throw redirect({ to: "/sign-in", search: { return_to: location.href } });
  await beginSignIn(tenant, location.href, { silent: true });
  await new Promise<never>(() => undefined); // the page is being left
}

/** The tenant that a link names: its pages live below `/t/{tenant}`. */
function namedTenant(pathname: string): string | undefined {
  const [, t, name] = pathname.split("/");
  return t === "t" && name && isTenantName(name) ? name : undefined;
}
