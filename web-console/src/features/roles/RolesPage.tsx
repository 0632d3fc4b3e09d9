/** The roles that can be held in a tenant: as a list, and side by side with all that they allow. */
import { Badge, Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { byNoun, type Role, roleText, useRoles } from "@/shared/api/roles";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatNumber } from "@/shared/i18n/format";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { useFilter } from "@/shared/ui/filter";
import { RoleLink } from "@/shared/ui/HeldRoles";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";
import { Matrix } from "./Matrix";

interface View {
  view?: "list" | "matrix";
}

export function RolesPage() {
  const { t } = useTranslation("roles");
  const tenant = useTenant();
  const may = useMay();
  const [{ view = "list" }, change] = useFilter<View>();
  const roles = useRoles(tenant);
  const columns = useColumns(tenant);
  const add = may("role:write") && (
    <Button
      leftSection={<Plus size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/t/$tenant/roles/new" params={{ tenant }} />}
    >
      {t("add")}
    </Button>
  );
  return (
    <Page title={t("title")} description={t("description")} actions={add}>
      <Stack>
        <Group>
          <SegmentedControl
            aria-label={t("view")}
            value={view}
            onChange={(chosen) => change({ view: chosen === "matrix" ? chosen : undefined })}
            data={[
              { value: "list", label: t("list") },
              { value: "matrix", label: t("matrix") },
            ]}
          />
        </Group>
        <Loaded query={roles}>
          {({ items }) => {
            const sorted = builtInFirst(items);
            if (view === "matrix") return <Matrix roles={sorted} />;
            return (
              <DataTable label={t("title")} rows={sorted} columns={columns} rowId={(role) => role.name} />
            );
          }}
        </Loaded>
      </Stack>
    </Page>
  );
}

/** Those that every tenant has come first, from the mightiest on. */
function builtInFirst(roles: readonly Role[]): Role[] {
  return roles.toSorted((a, b) => {
    if (a.is_builtin !== b.is_builtin) return a.is_builtin ? -1 : 1;
    return a.is_builtin ? b.permissions.length - a.permissions.length : a.name.localeCompare(b.name);
  });
}

function useColumns(tenant: string): Column<Role>[] {
  const { t } = useTranslation(["roles", "shared"]);
  return [
    {
      id: "name",
      header: t("name"),
      width: "16rem",
      cell: (role) => (
        <Group gap="xs" wrap="nowrap">
          <RoleLink tenant={tenant} role={role.name} />
          {role.is_builtin && <Badge color="gray">{t("builtIn")}</Badge>}
        </Group>
      ),
    },
    {
      id: "description",
      header: t("roleDescription"),
      cell: (role) => (
        <Text size="sm" lineClamp={2}>
          {roleText(role) || "–"}
        </Text>
      ),
    },
    {
      id: "about",
      header: t("about"),
      cell: (role) => (
        <Text size="sm" c="dimmed" lineClamp={1}>
          {byNoun(role.permissions)
            .map(({ noun }) => t(`shared:nouns.${noun}`))
            .join(", ") || "–"}
        </Text>
      ),
    },
    {
      id: "count",
      header: t("permissions"),
      align: "right",
      width: "8rem",
      cell: (role) => formatNumber(role.permissions.length),
    },
  ];
}
