/** The foot of a page of settings: what went wrong, and saving what was changed. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { SaveError } from "@/shared/ui/forms";
import classes from "./SettingsActions.module.css";
import type { useSettingsForm } from "./useSettingsForm";

type Edit = Pick<
  ReturnType<typeof useSettingsForm>,
  "error" | "isChanged" | "isRebased" | "isSaving" | "reset" | "onReload"
>;

export function SettingsActions({ edit, readOnly }: { edit: Edit; readOnly: boolean }) {
  const { t } = useTranslation(["settings", "shared"]);
  if (readOnly) {
    return (
      <Text size="sm" c="dimmed">
        {t("readOnly")}
      </Text>
    );
  }
  return (
    <>
      <SaveError error={edit.error} onReload={edit.onReload} />
      {edit.isRebased && (
        <Alert color="blue" role="status">
          {t("rebased")}
        </Alert>
      )}
      <Group justify="flex-end" className={(edit.isChanged && classes.changed) || ""}>
        {edit.isChanged && (
          <Button variant="default" onClick={edit.reset}>
            {t("discard")}
          </Button>
        )}
        <Button type="submit" loading={edit.isSaving} disabled={!edit.isChanged}>
          {t("shared:common.save")}
        </Button>
      </Group>
    </>
  );
}
