/** The URLs below a tenant. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import * as z from "zod/mini";
import { AuditSearch } from "@/shared/audit/filter";
import { ofTenant, text } from "./base";
import { groupRoutes, roleRoutes, userRoutes } from "./people";

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

export const tenantPages = [
  createRoute({
    ...ofTenant("/"),
    component: lazyRouteComponent(() => import("../pages/TenantHome"), "TenantHome"),
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
  userRoutes,
  createRoute({
    ...ofTenant("groups"),
    validateSearch: z.object({ search: text }),
    component: lazyRouteComponent(() => import("@/features/groups/GroupsPage"), "GroupsPage"),
  }),
  createRoute({
    ...ofTenant("groups/new"),
    component: lazyRouteComponent(() => import("@/features/groups/NewGroupPage"), "NewGroupPage"),
  }),
  groupRoutes,
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
  roleRoutes,
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
