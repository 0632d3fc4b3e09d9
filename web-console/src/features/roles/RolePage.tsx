/** One role, and below it the part that the URL names. */
import { Badge, Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Role, roleText, useLacking } from "@/shared/api/roles";
import { useMay, useTenant } from "@/shared/api/tenant";
import { Confirm } from "@/shared/ui/Confirm";
import { say } from "@/shared/ui/forms";
import { WhyNot } from "@/shared/ui/HeldRoles";
import { LinkTabs } from "@/shared/ui/LinkTabs";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";
import { useDeleteRole, useRole } from "./api";

/** The role of the URL. */
export function useRoleName(): string {
  return useParams({ from: "/signed-in/t/$tenant/roles/$role" }).role;
}

export function RolePage() {
  const { t } = useTranslation("roles");
  const tenant = useTenant();
  const name = useRoleName();
  const may = useMay();
  const role = useRole(tenant, name);
  const tabs = [
    { path: "permissions", label: t("permissions") },
    { path: "holders", label: t("holders") },
  ];
  const actions = may("role:write") && role.data && (
    <>
      <Button
        variant="default"
        renderRoot={(props) => (
          <Link {...props} to="/t/$tenant/roles/new" params={{ tenant }} search={{ from: name }} />
        )}
      >
        {t("copy")}
      </Button>
      {!role.data.is_builtin && <Deletion role={role.data} />}
    </>
  );
  return (
    <Page
      title={name}
      description={role.data && roleText(role.data)}
      crumbs={[{ label: t("title"), to: `/t/${tenant}/roles` }]}
      actions={actions}
    >
      <Loaded query={role}>
        {(found) => (
          <>
            {found.is_builtin && (
              <Group gap="sm">
                <Badge color="gray">{t("builtIn")}</Badge>
                <Text size="sm" c="dimmed">
                  {t("builtInHint")}
                </Text>
              </Group>
            )}
            <LinkTabs base={`/t/${tenant}/roles/${name}`} tabs={tabs} label={t("parts")} />
            <Outlet />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Deletion({ role }: { role: Role }) {
  const { t } = useTranslation("roles");
  const tenant = useTenant();
  const navigate = useNavigate();
  const remove = useDeleteRole();
  const lacking = useLacking()(role.permissions);
  const [asking, setAsking] = useState(false);
  const [force, setForce] = useState(false);
  return (
    <>
      <WhyNot lacking={lacking}>
        <Button
          color="red"
          variant="outline"
          {...(lacking.length > 0
            ? { "data-disabled": true, "aria-disabled": true }
            : { onClick: () => setAsking(true) })}
        >
          {t("remove")}
        </Button>
      </WhyNot>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("removeTitle", { role: role.name })}
        action={t("remove")}
        typed={{ value: role.name, label: t("removeType", { role: role.name }) }}
        onConfirm={async () => {
          const params = { path: { tenant, role: role.name }, query: { force } };
          await remove.mutateAsync({ params });
          say(t("removed", { role: role.name }));
          await navigate({ to: "/t/$tenant/roles", params: { tenant } });
        }}
      >
        <Stack gap="sm">
          {t("removeText")}
          <Checkbox
            label={t("removeForce")}
            checked={force}
            onChange={(event) => setForce(event.currentTarget.checked)}
          />
        </Stack>
      </Confirm>
    </>
  );
}
