import { Anchor, Center, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Nothing } from "@/shared/ui/states";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Center mih="60vh" component="main">
      <Stack align="center">
        <Nothing icon={<SearchX />} title={t("errors.notFound")} hint={t("errors.notFoundHint")} />
        <Anchor renderRoot={(props) => <Link {...props} to="/" />}>OpenTrusty</Anchor>
      </Stack>
    </Center>
  );
}
