/** The ground that every page stands on: signing in, who is signed in, and the two shells. */
import { createRootRoute, createRoute, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import * as z from "zod/mini";
import { tenantMeant } from "@/shared/api/issuer";
import { beginSignIn } from "@/shared/auth/flow";
import { requireSession } from "../guard";
import { CallbackPage } from "../pages/CallbackPage";
import { NotFoundPage } from "../pages/NotFoundPage";
import { SignInPage } from "../pages/SignInPage";
import { Root } from "../shell/Root";

/** A search parameter that may be there. */
export const text = z.optional(z.string());

export const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFoundPage,
});

export const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: z.object({
    tenant: text,
    iss: text,
    login_hint: text,
    return_to: text,
    error: text,
    error_description: text,
    signed_out: text,
  }),
  beforeLoad: async ({ search }) => {
    if (!search.iss || search.error) return;
    const tenant = await tenantMeant(search.iss).catch(() => undefined); // the page asks again, and says what is wrong
    if (tenant) await beginSignIn(tenant, search.return_to ?? "/", { loginHint: search.login_hint });
  },
  component: SignInPage,
});
export const callback = createRoute({
  getParentRoute: () => root,
  path: "/callback",
  component: CallbackPage,
});

export const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: ({ location }) => requireSession(location),
  component: Outlet,
});
export const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("../pages/HomePage"), "HomePage"),
});

export const tenant = createRoute({
  getParentRoute: () => signedIn,
  path: "/t/$tenant",
  component: lazyRouteComponent(() => import("../shell/TenantShell"), "TenantShell"),
});
export const platform = createRoute({
  getParentRoute: () => signedIn,
  path: "/platform",
  component: lazyRouteComponent(() => import("../shell/PlatformShell"), "PlatformShell"),
});

export const ofTenant = <Path extends string>(path: Path) => ({ getParentRoute: () => tenant, path });
export const ofPlatform = <Path extends string>(path: Path) => ({ getParentRoute: () => platform, path });
