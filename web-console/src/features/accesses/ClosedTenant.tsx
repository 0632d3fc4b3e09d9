/** A tenant's page for somebody of the platform who has declared no access to it. */
import { Button, Center, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { DoorClosed } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Me, nameOf } from "@/shared/auth/me";

export function ClosedTenant({ me, tenant }: { me: Me; tenant: string }) {
  const { t } = useTranslation("accesses");
  return (
    <Center mih="80vh" component="main" p="md">
      <Stack align="center" maw={560}>
        <DoorClosed size={40} aria-hidden />
        <Title order={1} size="h2" ta="center">
          {t("closedTitle")}
        </Title>
        <Text ta="center" c="dimmed">
          {t("closedText", { name: nameOf(me), tenant })}
        </Text>
        <Group>
          <Button renderRoot={(props) => <Link {...props} to="/platform/accesses/new" search={{ tenant }} />}>
            {t("declare")}
          </Button>
          <Button variant="default" renderRoot={(props) => <Link {...props} to="/platform" />}>
            {t("back")}
          </Button>
        </Group>
      </Stack>
    </Center>
  );
}
