/** All that can be allowed in a tenant, noun by noun; what the person lacks themselves cannot be chosen, and says so. */
import { Checkbox, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { byNoun, type NounGroup, type Permission, permissionText, useRoles } from "@/shared/api/roles";
import { useMay, useTenant } from "@/shared/api/tenant";
import { Loaded } from "@/shared/ui/states";

interface Props {
  value: ReadonlySet<Permission>;
  onChange: (value: ReadonlySet<Permission>) => void;
  readOnly: boolean;
  error?: string | undefined;
}

export function PermissionChoice({ error, ...props }: Props) {
  const { t } = useTranslation("roles");
  const roles = useRoles(useTenant());
  return (
    <Stack gap="xs" component="fieldset" p={0} m={0} bd={0}>
      <Text component="legend" size="sm" fw={600} p={0} mb="xs">
        {t("permissions")}
      </Text>
      <Loaded query={roles}>
        {({ items }) => (
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
            {byNoun(new Set(items.flatMap((role) => role.permissions))).map((group) => (
              <OfNoun key={group.noun} group={group} {...props} />
            ))}
          </SimpleGrid>
        )}
      </Loaded>
      {error && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

function OfNoun(props: Omit<Props, "error"> & { group: NounGroup }) {
  const { value, onChange, readOnly } = props;
  const { noun, permissions } = props.group;
  const { t } = useTranslation(["roles", "shared"]);
  const may = useMay();
  const choosable = permissions.filter(may);
  const chosen = choosable.filter((permission) => value.has(permission));
  const set = (some: readonly Permission[], on: boolean) => {
    const next = new Set(value);
    for (const permission of some) {
      if (on) next.add(permission);
      else next.delete(permission);
    }
    onChange(next);
  };
  const name = t(`shared:nouns.${noun}`);
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600} size="sm">
            {name}
          </Text>
          {!readOnly && choosable.length > 1 && (
            <Checkbox
              size="xs"
              label={t("all")}
              aria-label={`${t("all")}: ${name}`}
              checked={chosen.length === choosable.length}
              indeterminate={chosen.length > 0 && chosen.length < choosable.length}
              onChange={(event) => set(choosable, event.currentTarget.checked)}
            />
          )}
        </Group>
        {permissions.map((permission) => (
          <Checkbox
            key={permission}
            label={permissionText(permission)}
            description={!readOnly && !may(permission) ? t("youLack") : undefined}
            checked={value.has(permission)}
            disabled={!readOnly && !may(permission)}
            aria-readonly={readOnly}
            onChange={(event) => !readOnly && set([permission], event.currentTarget.checked)}
          />
        ))}
      </Stack>
    </Paper>
  );
}
