/** The roles that a group carries: every member has them. */
import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { HeldRoles } from "@/shared/ui/HeldRoles";
import { Loaded } from "@/shared/ui/states";
import { useCarriedRoles, useSetRole } from "./api";
import { useGroupId } from "./GroupPage";

export function RolesTab() {
  const { t } = useTranslation("groups");
  const tenant = useTenant();
  const group_id = useGroupId();
  const carried = useCarriedRoles(tenant, group_id);
  const set = useSetRole();
  const path = (role: string) => ({ params: { path: { tenant, group_id, role } } });
  return (
    <Stack maw={820}>
      <Text size="sm" c="dimmed">
        {t("rolesHint")}
      </Text>
      <Loaded query={carried}>
        {({ items }) => (
          <HeldRoles
            held={items}
            give={(role) => set.give.mutateAsync(path(role))}
            take={(role) => set.take.mutateAsync(path(role))}
          />
        )}
      </Loaded>
    </Stack>
  );
}
