/** A new person, with a password or without one. */
import { Checkbox, Paper, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { FormActions, SaveError, say, showFieldErrors } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { createHeaders, useCreateUser } from "./api";
import { changesOf, formOf, type UserForm } from "./fields";
import { UserFields } from "./UserFields";

interface NewUserForm extends UserForm {
  password: string;
  must_change_password: boolean;
}

export function NewUserPage() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const navigate = useNavigate();
  const create = useCreateUser();
  const [headers] = useState(createHeaders);
  const [error, setError] = useState<unknown>();
  const form = useForm<NewUserForm>({
    mode: "uncontrolled",
    initialValues: { ...formOf(), password: "", must_change_password: true },
  });
  const submit = async (values: NewUserForm) => {
    const secret = values.password
      ? { password: values.password, must_change_password: values.must_change_password }
      : {};
    try {
      const body = { ...changesOf(values), ...secret };
      const user = await create.mutateAsync({ params: { path: { tenant } }, headers, body });
      say(t("addedNow", { name: user.username }));
      await navigate({ to: "/t/$tenant/users/$userId/profile", params: { tenant, userId: user.id } });
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <Page title={t("newTitle")} crumbs={[{ label: t("title"), to: `/t/${tenant}/users` }]}>
      <Paper withBorder p="lg" maw={820}>
        <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
          <Stack>
            <UserFields form={form} readOnly={false} />
            <PasswordInput
              label={t("password")}
              description={t("passwordHint")}
              autoComplete="new-password"
              maw={400}
              key={form.key("password")}
              {...form.getInputProps("password")}
            />
            <Checkbox
              label={t("mustChange")}
              key={form.key("must_change_password")}
              {...form.getInputProps("must_change_password", { type: "checkbox" })}
            />
            <SaveError error={error} />
            <FormActions
              saving={create.isPending}
              label={t("add")}
              onCancel={() => void navigate({ to: "/t/$tenant/users", params: { tenant } })}
            />
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}
