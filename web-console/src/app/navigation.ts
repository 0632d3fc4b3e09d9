/** Every page of the console by its place in the menu, with the permission that it needs. */
import {
  Activity,
  AppWindow,
  Boxes,
  Building2,
  Gauge,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Palette,
  Rocket,
  ScrollText,
  Settings,
  ShieldCheck,
  ShieldEllipsis,
  Unlock,
  UserCog,
  Users,
  UsersRound,
} from "lucide-react";
import type shared from "@/shared/i18n/en";

export interface NavItem {
  label: keyof (typeof shared)["nav"];
  /** Below `/t/{tenant}/` or `/platform/`. */
  path: string;
  icon: LucideIcon;
  permission?: string;
}

export interface NavSection {
  label?: keyof (typeof shared)["nav"];
  items: readonly NavItem[];
}

export const TENANT_NAV: readonly NavSection[] = [
  {
    items: [
      { label: "start", path: "start", icon: Rocket, permission: "tenant:read" },
      { label: "dashboard", path: "dashboard", icon: LayoutDashboard, permission: "tenant:read" },
    ],
  },
  {
    label: "people",
    items: [
      { label: "users", path: "users", icon: Users, permission: "user:read" },
      { label: "groups", path: "groups", icon: UsersRound, permission: "group:read" },
      { label: "roles", path: "roles", icon: UserCog, permission: "role:read" },
    ],
  },
  {
    label: "manage",
    items: [
      { label: "applications", path: "applications", icon: AppWindow, permission: "client:read" },
      { label: "apis", path: "apis", icon: Boxes, permission: "client:read" },
      { label: "branding", path: "branding", icon: Palette, permission: "tenant:read" },
      { label: "security", path: "security", icon: ShieldCheck, permission: "tenant:read" },
      { label: "settings", path: "settings", icon: Settings, permission: "tenant:read" },
    ],
  },
  {
    label: "operate",
    items: [
      { label: "keys", path: "keys", icon: KeyRound, permission: "key:read" },
      { label: "audit", path: "audit", icon: ScrollText, permission: "audit:read" },
    ],
  },
];

export const PLATFORM_NAV: readonly NavSection[] = [
  {
    items: [
      { label: "platformDashboard", path: "overview", icon: Gauge, permission: "platform-health:read" },
      { label: "tenants", path: "tenants", icon: Building2, permission: "tenant:list" },
      { label: "platformRoles", path: "roles", icon: ShieldEllipsis, permission: "platform-role:assign" },
      { label: "accesses", path: "accesses", icon: Unlock, permission: "access:declare" },
      { label: "health", path: "health", icon: Activity, permission: "platform-health:read" },
      { label: "platformAudit", path: "audit", icon: ScrollText, permission: "platform-audit:read" },
    ],
  },
];

/** What is left of a menu for somebody with these permissions. */
export function allowed(sections: readonly NavSection[], permissions: ReadonlySet<string>): NavSection[] {
  return sections
    .map((section) => ({
      ...section,
      items: section.items.filter((item) => !item.permission || permissions.has(item.permission)),
    }))
    .filter((section) => section.items.length > 0);
}
