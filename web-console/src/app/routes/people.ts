/** The URLs of people: users, groups and roles, each with its tabs. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import * as z from "zod/mini";
import { AuditSearch } from "@/shared/audit/filter";
import { ofTenant } from "./base";

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

export const userRoutes = user.addChildren(userTabs);
export const groupRoutes = group.addChildren(groupTabs);
export const roleRoutes = role.addChildren(roleTabs);
