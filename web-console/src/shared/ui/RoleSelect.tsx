/** Chooses a role; those that cannot be handed on say why. */
import { Select, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { permissionText, type Role, roleText, useLacking, useRoles } from "@/shared/api/roles";
import { useTenant } from "@/shared/api/tenant";

interface Props {
  value: string | null;
  onChange: (role: string | null) => void;
  /** Those that are held already, which cannot be given once more. */
  held?: ReadonlySet<string>;
}

export function RoleSelect({ value, onChange, held }: Props) {
  const { t } = useTranslation();
  const lacking = useLacking();
  const roles = useRoles(useTenant()).data?.items ?? [];
  const whyNot = (role: Role) => {
    if (held?.has(role.name)) return t("roles.held");
    const permissions = lacking(role.permissions).map(permissionText).join("; ");
    return permissions ? t("roles.lacking", { permissions }) : undefined;
  };
  const reasons = new Map(roles.map((role) => [role.name, whyNot(role)]));
  const texts = new Map(roles.map((role) => [role.name, roleText(role)]));
  return (
    <Select
      aria-label={t("roles.choose")}
      placeholder={t("roles.choose")}
      searchable
      data={roles.map(({ name }) => ({
        value: name,
        label: name,
        disabled: reasons.get(name) !== undefined,
      }))}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{option.label}</Text>
          <Text size="xs" c="dimmed">
            {reasons.get(option.value) ?? texts.get(option.value)}
          </Text>
        </div>
      )}
      value={value}
      onChange={onChange}
      flex={1}
      maw={420}
      comboboxProps={{ width: 420, position: "bottom-start" }}
    />
  );
}
