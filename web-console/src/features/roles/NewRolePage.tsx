/** A new role of the tenant's own, from nothing or as a copy of another. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLacking, useRoles } from "@/shared/api/roles";
import { useTenant } from "@/shared/api/tenant";
import { useFilter } from "@/shared/ui/filter";
import { say } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";
import { createHeaders, useCreateRole } from "./api";
import { RoleForm } from "./RoleForm";

export function NewRolePage() {
  const { t } = useTranslation("roles");
  const tenant = useTenant();
  const navigate = useNavigate();
  const lacking = useLacking();
  const [{ from }] = useFilter<{ from?: string }>();
  const roles = useRoles(tenant);
  const create = useCreateRole();
  const [headers] = useState(createHeaders);
  return (
    <Page
      title={t("newTitle")}
      description={from ? t("copyOf", { role: from }) : undefined}
      crumbs={[{ label: t("title"), to: `/t/${tenant}/roles` }]}
    >
      <Loaded query={roles}>
        {({ items }) => {
          const copied = items.find(({ name }) => name === from)?.permissions ?? [];
          const lacks = new Set(lacking(copied));
          const permissions = copied.filter((permission) => !lacks.has(permission));
          return (
            <div style={{ maxWidth: 980 }}>
              <RoleForm
                isNew
                initial={{ name: "", description: "", permissions }}
                label={t("add")}
                onCancel={() => void navigate({ to: "/t/$tenant/roles", params: { tenant } })}
                onSave={async (body) => {
                  const role = await create.mutateAsync({ params: { path: { tenant } }, headers, body });
                  say(t("added", { role: role.name }));
                  await navigate({
                    to: "/t/$tenant/roles/$role/holders",
                    params: { tenant, role: role.name },
                  });
                }}
              />
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}
