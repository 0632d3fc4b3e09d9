/** Every page of the console by its place in the menu, with the permission that it needs. */
import {
  AppWindow,
  Boxes,
  Building2,
  DoorOpen,
  Globe,
  HeartPulse,
  KeyRound,
  LayoutDashboard,
  LockKeyhole,
  type LucideIcon,
  Paintbrush,
  Rocket,
  ScrollText,
  Settings,
  ShieldCheck,
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
      { label: "start", path: "start", icon: Rocket, permission: "tenant:configure" },
      { label: "dashboard", path: "dashboard", icon: LayoutDashboard, permission: "tenant:read" },
    ],
  },
  {
    label: "people",
    items: [
      { label: "users", path: "users", icon: Users, permission: "user:read" },
      { label: "groups", path: "groups", icon: UsersRound, permission: "group:read" },
      { label: "roles", path: "roles", icon: ShieldCheck, permission: "role:read" },
    ],
  },
  {
    label: "manage",
    items: [
      { label: "applications", path: "applications", icon: AppWindow, permission: "client:read" },
      { label: "apis", path: "apis", icon: Boxes, permission: "client:read" },
    ],
  },
  {
    label: "operate",
    items: [
      { label: "keys", path: "keys", icon: KeyRound, permission: "key:read" },
      { label: "audit", path: "audit", icon: ScrollText, permission: "audit:read" },
      { label: "accesses", path: "accesses", icon: DoorOpen, permission: "access:read" },
      { label: "branding", path: "branding", icon: Paintbrush, permission: "tenant:read" },
      { label: "security", path: "security", icon: LockKeyhole, permission: "tenant:read" },
      { label: "settings", path: "settings", icon: Settings, permission: "tenant:read" },
    ],
  },
];

export const PLATFORM_NAV: readonly NavSection[] = [
  {
    items: [
      {
        label: "platformDashboard",
        path: "overview",
        icon: LayoutDashboard,
        permission: "platform-health:read",
      },
    ],
  },
  {
    label: "manage",
    items: [
      { label: "tenants", path: "tenants", icon: Building2, permission: "tenant:list" },
      { label: "domains", path: "domains", icon: Globe, permission: "domain:approve" },
      { label: "platformRoles", path: "roles", icon: UserCog, permission: "platform-role:assign" },
    ],
  },
  {
    label: "operate",
    items: [
      { label: "health", path: "health", icon: HeartPulse, permission: "platform-health:read" },
      { label: "platformAudit", path: "audit", icon: ScrollText, permission: "platform-audit:read" },
      { label: "accesses", path: "accesses", icon: DoorOpen, permission: "access:declare" },
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
