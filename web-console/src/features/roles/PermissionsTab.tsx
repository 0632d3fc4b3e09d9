/** What a role allows: shown of a built-in one, changed of one of the tenant's own. */
import { Alert, Stack } from "@mantine/core";
import { Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ifMatch } from "@/shared/api/headers";
import { permissionText, type Role, useLacking } from "@/shared/api/roles";
import { useMay, useTenant } from "@/shared/api/tenant";
import { say } from "@/shared/ui/forms";
import { Loaded } from "@/shared/ui/states";
import { useRole, useUpdateRole } from "./api";
import { PermissionChoice } from "./PermissionChoice";
import { RoleForm } from "./RoleForm";
import { useRoleName } from "./RolePage";

export function PermissionsTab() {
  const role = useRole(useTenant(), useRoleName());
  return (
    <Loaded query={role}>
      {(found) =>
        found.is_builtin ? (
          <Stack maw={980}>
            <PermissionChoice value={new Set(found.permissions)} onChange={() => undefined} readOnly />
          </Stack>
        ) : (
          <OwnRole key={found.version} role={found} reload={() => void role.refetch()} />
        )
      }
    </Loaded>
  );
}

function OwnRole({ role, reload }: { role: Role; reload: () => void }) {
  const { t } = useTranslation(["roles", "shared"]);
  const tenant = useTenant();
  const may = useMay();
  const update = useUpdateRole();
  const lacking = useLacking()(role.permissions);
  return (
    <Stack maw={980}>
      {may("role:write") && lacking.length > 0 && (
        <Alert color="yellow" icon={<Lock />}>
          {t("cannotChange", { permissions: lacking.map(permissionText).join("; ") })}
        </Alert>
      )}
      <RoleForm
        isNew={false}
        initial={{ name: role.name, description: role.description, permissions: role.permissions }}
        readOnly={!may("role:write") || lacking.length > 0}
        onReload={reload}
        onSave={async ({ description, permissions }) => {
          const params = { path: { tenant, role: role.name }, header: ifMatch(role.version) };
          await update.mutateAsync({ params, body: { description, permissions } });
          say(t("shared:common.saved"));
        }}
      />
    </Stack>
  );
}
