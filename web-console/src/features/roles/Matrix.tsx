/** Roles side by side: what each allows, noun by noun. */
import { Group, Table, Text, VisuallyHidden } from "@mantine/core";
import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import { byNoun, type Permission, permissionText, type Role } from "@/shared/api/roles";
import { useTenant } from "@/shared/api/tenant";
import { RoleLink } from "@/shared/ui/HeldRoles";
import classes from "./Matrix.module.css";

export function Matrix({ roles }: { roles: readonly Role[] }) {
  const { t } = useTranslation(["roles", "shared"]);
  const tenant = useTenant();
  const all = new Set(roles.flatMap((role) => role.permissions));
  const allows = new Map(roles.map((role) => [role.name, new Set<Permission>(role.permissions)]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region has to be reachable by keyboard (axe: scrollable-region-focusable)
    <section className={classes.scroll} aria-label={t("matrix")} tabIndex={0}>
      <Table stickyHeader className={classes.table ?? ""} verticalSpacing={7} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col" className={`${classes.permission} ${classes.corner}`}>
              <Text size="sm" fw={600}>
                {t("permission")}
              </Text>
            </Table.Th>
            {roles.map((role) => (
              <Table.Th key={role.name} scope="col" className={classes.role ?? ""}>
                <RoleLink tenant={tenant} role={role.name} />
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        {byNoun(all).map(({ noun, permissions }) => (
          <Table.Tbody key={noun}>
            <Table.Tr bg="var(--mantine-color-default-hover)">
              <Table.Th colSpan={roles.length + 1} scope="rowgroup">
                <Text size="xs" fw={600} c="dimmed" component="span" className={classes.noun ?? ""}>
                  {t(`shared:nouns.${noun}`)}
                </Text>
              </Table.Th>
            </Table.Tr>
            {permissions.map((permission) => (
              <Table.Tr key={permission}>
                <Table.Th scope="row" className={classes.permission ?? ""}>
                  <Text size="sm">{permissionText(permission)}</Text>
                </Table.Th>
                {roles.map((role) => (
                  <Table.Td key={role.name} className={classes.cell ?? ""}>
                    <Allowed yes={allows.get(role.name)?.has(permission) ?? false} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        ))}
      </Table>
    </section>
  );
}

function Allowed({ yes }: { yes: boolean }) {
  const { t } = useTranslation("shared");
  return (
    <Group justify="center">
      {yes ? (
        <Check size={18} aria-hidden className={classes.yes ?? ""} />
      ) : (
        <span aria-hidden className={classes.no ?? ""}>
          –
        </span>
      )}
      <VisuallyHidden>{t(yes ? "common.yes" : "common.no")}</VisuallyHidden>
    </Group>
  );
}
