/** A new group, without members and roles yet. */
import { Paper } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { say } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { createHeaders, useCreateGroup } from "./api";
import { GroupForm } from "./GroupForm";

export function NewGroupPage() {
  const { t } = useTranslation("groups");
  const tenant = useTenant();
  const navigate = useNavigate();
  const create = useCreateGroup();
  const [headers] = useState(createHeaders);
  return (
    <Page title={t("newTitle")} crumbs={[{ label: t("title"), to: `/t/${tenant}/groups` }]}>
      <Paper withBorder p="lg" maw={820}>
        <GroupForm
          label={t("add")}
          onCancel={() => void navigate({ to: "/t/$tenant/groups", params: { tenant } })}
          onSave={async (body) => {
            const group = await create.mutateAsync({ params: { path: { tenant } }, headers, body });
            say(t("added", { name: group.name }));
            await navigate({
              to: "/t/$tenant/groups/$groupId/members",
              params: { tenant, groupId: group.id },
            });
          }}
        />
      </Paper>
    </Page>
  );
}
