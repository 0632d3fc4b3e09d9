import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { sayFailed } from "@/shared/ui/forms";
import type { User } from "./api";
import { useExportPerson } from "./files";

/** All that is known of a person as one file, for them to have (GDPR, articles 15 and 20). */
export function ExportPanel({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const exported = useExportPerson();
  const run = async () => {
    try {
      await exported.mutateAsync({ tenant, user });
    } catch (error) {
      sayFailed(t("exportPerson"), error);
    }
  };
  return (
    <Paper withBorder p="lg">
      <Group justify="space-between">
        <Stack gap={4} flex={1} miw={240}>
          <Title order={2} size="h4">
            {t("exportPersonTitle")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("exportPersonHint")}
          </Text>
        </Stack>
        <Button
          variant="default"
          leftSection={<Download size={16} aria-hidden />}
          loading={exported.isPending}
          onClick={() => void run()}
        >
          {t("exportPerson")}
        </Button>
      </Group>
    </Paper>
  );
}
