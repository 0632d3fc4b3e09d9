/** The URLs of the platform. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import * as z from "zod/mini";
import { AuditSearch } from "@/shared/audit/filter";
import { ofPlatform, text } from "./base";

export const platformPages = [
  createRoute({
    ...ofPlatform("/"),
    component: lazyRouteComponent(() => import("../pages/PlatformHome"), "PlatformHome"),
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
