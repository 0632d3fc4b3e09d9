/** Every URL of the console. Pages are loaded when they are first gone to. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import * as z from "zod/mini";
import { tenantMeant } from "@/shared/api/issuer";
import { AuditSearch } from "@/shared/audit/filter";
import { beginSignIn } from "@/shared/auth/flow";
import { Failed, Loading } from "@/shared/ui/states";
import { requireSession } from "./guard";
import { CallbackPage } from "./pages/CallbackPage";
import { NotFoundPage } from "./pages/NotFoundPage";
import { SignInPage } from "./pages/SignInPage";
import { readSearch, writeSearch } from "./search";
import { Root } from "./shell/Root";

const text = z.optional(z.string());

const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFoundPage,
});

const signIn = createRoute({
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
const callback = createRoute({ getParentRoute: () => root, path: "/callback", component: CallbackPage });

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: ({ location }) => requireSession(location),
  component: Outlet,
});
const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/HomePage"), "HomePage"),
});

const tenant = createRoute({
  getParentRoute: () => signedIn,
  path: "/t/$tenant",
  component: lazyRouteComponent(() => import("./shell/TenantShell"), "TenantShell"),
});
const platform = createRoute({
  getParentRoute: () => signedIn,
  path: "/platform",
  component: lazyRouteComponent(() => import("./shell/PlatformShell"), "PlatformShell"),
});

const ofTenant = <Path extends string>(path: Path) => ({ getParentRoute: () => tenant, path });
const ofPlatform = <Path extends string>(path: Path) => ({ getParentRoute: () => platform, path });

const user = createRoute({
  ...ofTenant("users/$userId"),
  component: lazyRouteComponent(() => import("@/features/users/UserPage"), "UserPage"),
});
const ofUser = <Path extends string>(path: Path) => ({ getParentRoute: () => user, path });
const userTabs = [
  createRoute({
    ...ofUser("profile"),
    component: lazyRouteComponent(() => import("@/features/users/ProfileTab"), "ProfileTab"),
  }),
  createRoute({
    ...ofUser("credentials"),
    component: lazyRouteComponent(() => import("@/features/users/CredentialsTab"), "CredentialsTab"),
  }),
  createRoute({
    ...ofUser("sessions"),
    component: lazyRouteComponent(() => import("@/features/users/SessionsTab"), "SessionsTab"),
  }),
  createRoute({
    ...ofUser("consents"),
    component: lazyRouteComponent(() => import("@/features/users/ConsentsTab"), "ConsentsTab"),
  }),
  createRoute({
    ...ofUser("roles"),
    component: lazyRouteComponent(() => import("@/features/users/RolesTab"), "RolesTab"),
  }),
  createRoute({
    ...ofUser("groups"),
    component: lazyRouteComponent(() => import("@/features/users/GroupsTab"), "GroupsTab"),
  }),
  createRoute({
    ...ofUser("log"),
    validateSearch: z.extend(AuditSearch, { side: z.catch(z.optional(z.enum(["by", "about"])), undefined) }),
    component: lazyRouteComponent(() => import("@/features/users/LogTab"), "LogTab"),
  }),
] as const;

const group = createRoute({
  ...ofTenant("groups/$groupId"),
  component: lazyRouteComponent(() => import("@/features/groups/GroupPage"), "GroupPage"),
});
const ofGroup = <Path extends string>(path: Path) => ({ getParentRoute: () => group, path });
const groupTabs = [
  createRoute({
    ...ofGroup("members"),
    component: lazyRouteComponent(() => import("@/features/groups/MembersTab"), "MembersTab"),
  }),
  createRoute({
    ...ofGroup("roles"),
    component: lazyRouteComponent(() => import("@/features/groups/RolesTab"), "RolesTab"),
  }),
  createRoute({
    ...ofGroup("settings"),
    component: lazyRouteComponent(() => import("@/features/groups/SettingsTab"), "SettingsTab"),
  }),
] as const;

const role = createRoute({
  ...ofTenant("roles/$role"),
  component: lazyRouteComponent(() => import("@/features/roles/RolePage"), "RolePage"),
});
const ofRole = <Path extends string>(path: Path) => ({ getParentRoute: () => role, path });
const roleTabs = [
  createRoute({
    ...ofRole("permissions"),
    component: lazyRouteComponent(() => import("@/features/roles/PermissionsTab"), "PermissionsTab"),
  }),
  createRoute({
    ...ofRole("holders"),
    component: lazyRouteComponent(() => import("@/features/roles/HoldersTab"), "HoldersTab"),
  }),
] as const;

const application = createRoute({
  ...ofTenant("applications/$clientId"),
  component: lazyRouteComponent(() => import("@/features/applications/ApplicationPage"), "ApplicationPage"),
});
const ofApplication = <Path extends string>(path: Path) => ({ getParentRoute: () => application, path });
const applicationTabs = [
  createRoute({
    ...ofApplication("settings"),
    component: lazyRouteComponent(() => import("@/features/applications/SettingsTab"), "SettingsTab"),
  }),
  createRoute({
    ...ofApplication("credentials"),
    component: lazyRouteComponent(() => import("@/features/applications/CredentialsTab"), "CredentialsTab"),
  }),
  createRoute({
    ...ofApplication("access"),
    component: lazyRouteComponent(() => import("@/features/applications/AccessTab"), "AccessTab"),
  }),
  createRoute({
    ...ofApplication("quick-start"),
    component: lazyRouteComponent(() => import("@/features/applications/QuickStartTab"), "QuickStartTab"),
  }),
  createRoute({
    ...ofApplication("preview"),
    component: lazyRouteComponent(() => import("@/features/applications/PreviewTab"), "PreviewTab"),
  }),
  createRoute({
    ...ofApplication("logs"),
    validateSearch: AuditSearch,
    component: lazyRouteComponent(() => import("@/features/applications/LogsTab"), "LogsTab"),
  }),
] as const;

const tenantPages = [
  createRoute({
    ...ofTenant("/"),
    component: lazyRouteComponent(() => import("./pages/TenantHome"), "TenantHome"),
  }),
  createRoute({
    ...ofTenant("start"),
    component: lazyRouteComponent(() => import("@/features/overview/StartPage"), "StartPage"),
  }),
  createRoute({
    ...ofTenant("dashboard"),
    validateSearch: z.object({
      range: z.catch(z.optional(z.enum(["week", "month", "quarter", "year"])), undefined),
      as: z.catch(z.optional(z.enum(["table"])), undefined),
    }),
    component: lazyRouteComponent(() => import("@/features/overview/DashboardPage"), "DashboardPage"),
  }),
  createRoute({
    ...ofTenant("branding"),
    component: lazyRouteComponent(() => import("@/features/settings/BrandingPage"), "BrandingPage"),
  }),
  createRoute({
    ...ofTenant("security"),
    component: lazyRouteComponent(() => import("@/features/settings/SecurityPage"), "SecurityPage"),
  }),
  createRoute({
    ...ofTenant("settings"),
    component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
  }),
  createRoute({
    ...ofTenant("keys"),
    component: lazyRouteComponent(() => import("@/features/keys/KeysPage"), "KeysPage"),
  }),
  createRoute({
    ...ofTenant("users"),
    validateSearch: z.object({
      search: text,
      status: z.catch(z.optional(z.enum(["active", "disabled"])), undefined),
      sort: z.catch(
        z.optional(z.enum(["created_at", "-created_at", "username", "-username", "email", "-email"])),
        undefined,
      ),
    }),
    component: lazyRouteComponent(() => import("@/features/users/UsersPage"), "UsersPage"),
  }),
  createRoute({
    ...ofTenant("users/new"),
    component: lazyRouteComponent(() => import("@/features/users/NewUserPage"), "NewUserPage"),
  }),
  createRoute({
    ...ofTenant("users/import"),
    component: lazyRouteComponent(() => import("@/features/users/ImportPage"), "ImportPage"),
  }),
  createRoute({
    ...ofTenant("users/invite"),
    component: lazyRouteComponent(() => import("@/features/users/InvitePage"), "InvitePage"),
  }),
  createRoute({
    ...ofTenant("applications"),
    component: lazyRouteComponent(
      () => import("@/features/applications/ApplicationsPage"),
      "ApplicationsPage",
    ),
  }),
  createRoute({
    ...ofTenant("applications/new"),
    component: lazyRouteComponent(
      () => import("@/features/applications/NewApplicationPage"),
      "NewApplicationPage",
    ),
  }),
  application.addChildren(applicationTabs),
  user.addChildren(userTabs),
  createRoute({
    ...ofTenant("groups"),
    validateSearch: z.object({ search: text }),
    component: lazyRouteComponent(() => import("@/features/groups/GroupsPage"), "GroupsPage"),
  }),
  createRoute({
    ...ofTenant("groups/new"),
    component: lazyRouteComponent(() => import("@/features/groups/NewGroupPage"), "NewGroupPage"),
  }),
  group.addChildren(groupTabs),
  createRoute({
    ...ofTenant("roles"),
    validateSearch: z.object({ view: z.catch(z.optional(z.enum(["list", "matrix"])), undefined) }),
    component: lazyRouteComponent(() => import("@/features/roles/RolesPage"), "RolesPage"),
  }),
  createRoute({
    ...ofTenant("roles/new"),
    validateSearch: z.object({ from: text }),
    component: lazyRouteComponent(() => import("@/features/roles/NewRolePage"), "NewRolePage"),
  }),
  role.addChildren(roleTabs),
  createRoute({
    ...ofTenant("apis"),
    validateSearch: z.object({ search: text }),
    component: lazyRouteComponent(() => import("@/features/apis/ApisPage"), "ApisPage"),
  }),
  createRoute({
    ...ofTenant("apis/new"),
    component: lazyRouteComponent(() => import("@/features/apis/ApiPages"), "NewApiPage"),
  }),
  createRoute({
    ...ofTenant("apis/$identifier"),
    component: lazyRouteComponent(() => import("@/features/apis/ApiPages"), "ApiPage"),
  }),
  createRoute({
    ...ofTenant("audit"),
    validateSearch: AuditSearch,
    component: lazyRouteComponent(() => import("@/features/audit/AuditPages"), "AuditPage"),
  }),
  createRoute({
    ...ofTenant("audit/$eventId"),
    component: lazyRouteComponent(() => import("@/features/audit/AuditPages"), "EventPage"),
  }),
  createRoute({
    ...ofTenant("accesses"),
    component: lazyRouteComponent(
      () => import("@/features/accesses/TenantAccessesPage"),
      "TenantAccessesPage",
    ),
  }),
] as const;

const platformPages = [
  createRoute({
    ...ofPlatform("/"),
    component: lazyRouteComponent(() => import("./pages/PlatformHome"), "PlatformHome"),
  }),
  createRoute({
    ...ofPlatform("overview"),
    validateSearch: z.object({
      range: z.catch(z.optional(z.enum(["week", "month", "quarter", "year"])), undefined),
      as: z.catch(z.optional(z.enum(["table"])), undefined),
    }),
    component: lazyRouteComponent(
      () => import("@/features/overview/PlatformDashboardPage"),
      "PlatformDashboardPage",
    ),
  }),
  createRoute({
    ...ofPlatform("tenants"),
    validateSearch: z.object({
      search: text,
      status: z.catch(z.optional(z.enum(["active", "suspended", "deleting", "erasing"])), undefined),
      sort: z.catch(z.optional(z.enum(["name", "-name", "created_at", "-created_at"])), undefined),
    }),
    component: lazyRouteComponent(() => import("@/features/tenants/TenantsPage"), "TenantsPage"),
  }),
  createRoute({
    ...ofPlatform("tenants/new"),
    component: lazyRouteComponent(() => import("@/features/tenants/NewTenantPage"), "NewTenantPage"),
  }),
  createRoute({
    ...ofPlatform("tenants/$name"),
    component: lazyRouteComponent(() => import("@/features/tenants/TenantPage"), "TenantPage"),
  }),
  createRoute({
    ...ofPlatform("domains"),
    component: lazyRouteComponent(() => import("@/features/tenants/DomainsPage"), "DomainsPage"),
  }),
  createRoute({
    ...ofPlatform("roles"),
    component: lazyRouteComponent(
      () => import("@/features/platformRoles/PlatformRolesPage"),
      "PlatformRolesPage",
    ),
  }),
  createRoute({
    ...ofPlatform("roles/new"),
    validateSearch: z.object({ role: text }),
    component: lazyRouteComponent(
      () => import("@/features/platformRoles/NewPlatformRolePage"),
      "NewPlatformRolePage",
    ),
  }),
  createRoute({
    ...ofPlatform("health"),
    component: lazyRouteComponent(() => import("@/features/health/HealthPage"), "HealthPage"),
  }),
  createRoute({
    ...ofPlatform("audit"),
    validateSearch: AuditSearch,
    component: lazyRouteComponent(() => import("@/features/audit/AuditPages"), "PlatformAuditPage"),
  }),
  createRoute({
    ...ofPlatform("audit/$eventId"),
    component: lazyRouteComponent(() => import("@/features/audit/AuditPages"), "PlatformEventPage"),
  }),
  createRoute({
    ...ofPlatform("accesses"),
    component: lazyRouteComponent(() => import("@/features/accesses/AccessesPage"), "AccessesPage"),
  }),
  createRoute({
    ...ofPlatform("accesses/new"),
    validateSearch: z.object({ tenant: text }),
    component: lazyRouteComponent(() => import("@/features/accesses/NewAccessPage"), "NewAccessPage"),
  }),
] as const;

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
