/** Signed in, but without a role that opens anything here: said plainly, with a way out. */
import { Button, Center, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { signOutEverywhere } from "@/shared/auth/session";

export function NotForYou({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <Center mih="80vh" component="main" p="md">
      <Stack align="center" maw={560}>
        <Title order={1} size="h2" ta="center">
          {t("auth.notForYou")}
        </Title>
        <Text ta="center" c="dimmed">
          {t("auth.notForYouHint", { name })}
        </Text>
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
