import { Button, Checkbox, Group, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { SaveError, say, showFieldErrors } from "@/shared/ui/forms";
import { type User, useSetPassword } from "./api";

/** Sets a person's password; every session of theirs ends with the old one. */
export function PasswordPanel({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const set = useSetPassword();
  const [error, setError] = useState<unknown>();
  const form = useForm({ mode: "uncontrolled", initialValues: { password: "", must_change: true } });
  const submit = async (body: { password: string; must_change: boolean }) => {
    try {
      await set.mutateAsync({ params: { path: { tenant, user_id: user.id } }, body });
      form.reset();
      setError(undefined);
      say(t("passwordSet"));
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <Paper withBorder p="lg">
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <Title order={2} size="h4">
            {t("credentials")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("setPasswordHint")}
          </Text>
          <PasswordInput
            label={t("password")}
            autoComplete="new-password"
            required
            maw={400}
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          <Checkbox
            label={t("mustChange")}
            key={form.key("must_change")}
            {...form.getInputProps("must_change", { type: "checkbox" })}
          />
          <SaveError error={error} />
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={set.isPending}>
              {t("setPassword")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
