/** An address that no page has. */
import { Button, Center, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Center mih="80vh" component="main" p="md">
      <Stack align="center" maw={560}>
        <ThemeIcon size={72} radius="xl" variant="light" aria-hidden>
          <SearchX size={36} />
        </ThemeIcon>
        <Title order={1} size="h2" ta="center">
          {t("errors.notFound")}
        </Title>
        <Text ta="center" c="dimmed">
          {t("errors.notFoundHint")}
        </Text>
        <Button variant="default" renderRoot={(props) => <Link {...props} to="/" />}>
          {t("errors.toStart")}
        </Button>
      </Stack>
    </Center>
  );
}
