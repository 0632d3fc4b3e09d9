/** Signed in, but without a role that opens anything here: said plainly, with a way out. */
import { Button, Center, Group, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { LockKeyhole } from "lucide-react";
import { useTranslation } from "react-i18next";
import { signOutEverywhere } from "@/shared/auth/session";
import { Nothing } from "@/shared/ui/states";

export function NotForYou({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <Center mih="80vh" component="main" p="md">
      <Stack align="center" maw={560}>
        <Nothing
          icon={<LockKeyhole />}
          title={t("auth.notForYou")}
          hint={t("auth.notForYouHint", { name })}
        />
        <Group>
          <Button onClick={() => void signOutEverywhere()}>{t("auth.signOut")}</Button>
          <Button variant="default" renderRoot={(props) => <Link {...props} to="/sign-in" />}>
            {t("auth.other")}
          </Button>
        </Group>
      </Stack>
    </Center>
  );
}
