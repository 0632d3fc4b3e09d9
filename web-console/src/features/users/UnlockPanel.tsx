import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { say, sayFailed } from "@/shared/ui/forms";
import { type User, useUnlock } from "./api";

/** Forgets failed sign-ins, so that the person need not wait. */
export function UnlockPanel({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const unlock = useUnlock();
  const run = async () => {
    try {
      const { unlocked } = await unlock.mutateAsync({ params: { path: { tenant, user_id: user.id } } });
      say(t(unlocked ? "unlocked" : "wasNotLocked", { name: user.username }));
    } catch (error) {
      sayFailed(t("unlock"), error);
    }
  };
  return (
    <Paper withBorder p="lg">
      <Group justify="space-between">
        <Stack gap={4} flex={1} miw={240}>
          <Title order={2} size="h4">
            {t("unlockTitle")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("unlockHint")}
          </Text>
        </Stack>
        <Button variant="default" loading={unlock.isPending} onClick={() => void run()}>
          {t("unlock")}
        </Button>
      </Group>
    </Paper>
  );
}
