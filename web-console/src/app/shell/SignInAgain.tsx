/** Stands over a page whose session has ended: the person signs in again beside it, and nothing on it is lost. */
import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { leaveForSignIn, signInAgain } from "@/shared/auth/session";

export function SignInAgain() {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const again = async () => {
    setFailed(false);
    try {
      setFailed(!(await signInAgain()));
    } catch {
      setFailed(true);
    }
  };
  return (
    <Modal
      opened
      onClose={() => undefined}
      title={t("auth.ended")}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      zIndex={1000}
    >
      <Stack>
        <Text size="sm">{t("auth.endedHint")}</Text>
        {failed && (
          <Alert color="yellow" role="alert">
            <Text size="sm">{t("auth.blocked")}</Text>
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => void leaveForSignIn()}>
            {t("auth.leave")}
          </Button>
          <Button onClick={() => void again()} data-autofocus>
            {t("auth.signInAgain")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
