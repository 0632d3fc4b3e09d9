/** Every URL of the console. Pages are loaded when they are first gone to. */
import { createRouter } from "@tanstack/react-router";
import { Failed, Loading } from "@/shared/ui/states";
import { callback, home, platform, root, signedIn, signIn, tenant } from "./routes/base";
import { platformPages } from "./routes/platform";
import { tenantPages } from "./routes/tenant";
import { readSearch, writeSearch } from "./search";

export const routeTree = root.addChildren([
  signIn,
  callback,
  signedIn.addChildren([home, tenant.addChildren(tenantPages), platform.addChildren(platformPages)]),
]);

export const router = createRouter({
  routeTree,
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <Failed error={error} onRetry={reset} />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
