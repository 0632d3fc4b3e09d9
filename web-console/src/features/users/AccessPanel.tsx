import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { Confirm } from "@/shared/ui/Confirm";
import { say, sayFailed } from "@/shared/ui/forms";
import { type User, useDeleteUser, useSetStatus } from "./api";

/** Disables, enables and deletes. */
export function AccessPanel({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const navigate = useNavigate();
  const status = useSetStatus();
  const remove = useDeleteUser();
  const [asking, setAsking] = useState<"disable" | "remove">();
  const where = { params: { path: { tenant, user_id: user.id } } };
  const name = user.username;
  const enable = async () => {
    try {
      await status.enable.mutateAsync(where);
      say(t("enabledNow", { name }));
    } catch (error) {
      sayFailed(t("enable"), error);
    }
  };
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Title order={2} size="h4">
          {t("danger")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("dangerHint")}
        </Text>
        <Group>
          {user.status === "active" ? (
            <Button variant="default" onClick={() => setAsking("disable")}>
              {t("disable")}
            </Button>
          ) : (
            <Button variant="default" onClick={() => void enable()} loading={status.enable.isPending}>
              {t("enable")}
            </Button>
          )}
          <Button color="red" variant="outline" onClick={() => setAsking("remove")}>
            {t("remove")}
          </Button>
        </Group>
      </Stack>
      <Confirm
        opened={asking === "disable"}
        onClose={() => setAsking(undefined)}
        title={t("disableTitle", { name })}
        action={t("disable")}
        onConfirm={async () => {
          await status.disable.mutateAsync(where);
          say(t("disabledNow", { name }));
        }}
      >
        {t("disableText")}
      </Confirm>
      <Confirm
        opened={asking === "remove"}
        onClose={() => setAsking(undefined)}
        title={t("removeTitle", { name })}
        action={t("remove")}
        typed={{ value: name, label: t("removeType", { name }) }}
        onConfirm={async () => {
          await remove.mutateAsync(where);
          say(t("removed", { name }));
          await navigate({ to: "/t/$tenant/users", params: { tenant } });
        }}
      >
        {t("removeText")}
      </Confirm>
    </Paper>
  );
}
