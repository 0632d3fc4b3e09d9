/** A group's name and description, and its end. */
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ifMatch } from "@/shared/api/headers";
import { useMay, useTenant } from "@/shared/api/tenant";
import { Confirm } from "@/shared/ui/Confirm";
import { say } from "@/shared/ui/forms";
import { Loaded } from "@/shared/ui/states";
import { type Group as GroupRecord, useDeleteGroup, useGroup, useUpdateGroup } from "./api";
import { GroupForm } from "./GroupForm";
import { useGroupId } from "./GroupPage";

export function SettingsTab() {
  const { t } = useTranslation(["groups", "shared"]);
  const tenant = useTenant();
  const may = useMay();
  const group = useGroup(tenant, useGroupId());
  const update = useUpdateGroup();
  return (
    <Loaded query={group}>
      {(found) => (
        <Stack maw={820}>
          <Paper withBorder p="lg">
            <GroupForm
              key={found.version}
              group={found}
              readOnly={!may("group:write")}
              onReload={() => void group.refetch()}
              onSave={async (body) => {
                const path = { tenant, group_id: found.id };
                await update.mutateAsync({ params: { path, header: ifMatch(found.version) }, body });
                say(t("shared:common.saved"));
              }}
            />
          </Paper>
          {may("group:write") && <Deletion group={found} />}
        </Stack>
      )}
    </Loaded>
  );
}

function Deletion({ group }: { group: GroupRecord }) {
  const { t } = useTranslation("groups");
  const tenant = useTenant();
  const navigate = useNavigate();
  const remove = useDeleteGroup();
  const [asking, setAsking] = useState(false);
  return (
    <Paper withBorder p="lg">
      <Group justify="space-between">
        <Stack gap={4} flex={1} miw={240}>
          <Title order={2} size="h4">
            {t("remove")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("removeHint")}
          </Text>
        </Stack>
        <Button color="red" variant="outline" onClick={() => setAsking(true)}>
          {t("remove")}
        </Button>
      </Group>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("removeTitle", { name: group.name })}
        action={t("remove")}
        typed={{ value: group.name, label: t("removeType", { name: group.name }) }}
        onConfirm={async () => {
          await remove.mutateAsync({ params: { path: { tenant, group_id: group.id } } });
          say(t("removed", { name: group.name }));
          await navigate({ to: "/t/$tenant/groups", params: { tenant } });
        }}
      >
        {t("removeText")}
      </Confirm>
    </Paper>
  );
}
