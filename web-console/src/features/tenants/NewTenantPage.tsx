/** A new tenant with its first owner, who is invited, or given a password that is shown once. */
import { Paper, Radio, Stack, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FormActions, SaveError, showFieldErrors } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { CopyValue, SecretOnce } from "@/shared/ui/Secret";
import { createHeaders, type MadeTenant, useCreateTenant } from "./api";

interface Values {
  name: string;
  display_name: string;
  owner: { username: string; email: string };
  by: "invitation" | "password";
}

interface Made {
  tenant: MadeTenant;
  password: string | undefined;
}

export function NewTenantPage() {
  const { t } = useTranslation("tenants");
  const [made, setMade] = useState<Made>();
  return (
    <Page
      title={made?.tenant.display_name ?? t("newTitle")}
      crumbs={[{ label: t("title"), to: "/platform/tenants" }]}
    >
      {made ? <Created {...made} /> : <NewForm onMade={setMade} />}
    </Page>
  );
}

function NewForm({ onMade }: { onMade: (made: Made) => void }) {
  const { t } = useTranslation("tenants");
  const navigate = useNavigate();
  const create = useCreateTenant();
  const [headers] = useState(createHeaders);
  const [password] = useState(newPassword);
  const [error, setError] = useState<unknown>();
  const form = useForm<Values>({
    initialValues: { name: "", display_name: "", owner: { username: "", email: "" }, by: "invitation" },
  });
  const submit = async ({ name, display_name, owner, by }: Values) => {
    const given = by === "password" ? { password } : {};
    const email = owner.email.trim() || null;
    try {
      const body = {
        name: name.trim(),
        display_name: display_name.trim() || null,
        owner: { username: owner.username.trim(), email, ...given },
      };
      const tenant = await create.mutateAsync({ headers, body });
      onMade({ tenant, password: by === "password" ? password : undefined });
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <Paper withBorder p="lg" maw={720}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <TextInput
            label={t("name")}
            description={t("nameHint")}
            required
            spellCheck={false}
            {...form.getInputProps("name")}
          />
          <TextInput
            label={t("displayName")}
            description={t("displayNameHint")}
            {...form.getInputProps("display_name")}
          />
          <Title order={2} size="h5">
            {t("owner")}
          </Title>
          <TextInput
            label={t("username")}
            required
            autoComplete="off"
            {...form.getInputProps("owner.username")}
          />
          <TextInput
            label={t("email")}
            type="email"
            autoComplete="off"
            {...form.getInputProps("owner.email")}
          />
          <Radio.Group label={t("by")} {...form.getInputProps("by")}>
            <Stack gap="xs" mt={6}>
              <Radio value="invitation" label={t("byInvitation")} description={t("byInvitationHint")} />
              <Radio value="password" label={t("byPassword")} description={t("byPasswordHint")} />
            </Stack>
          </Radio.Group>
          <SaveError error={error} />
          <FormActions
            saving={create.isPending}
            label={t("add")}
            onCancel={() => void navigate({ to: "/platform/tenants" })}
          />
        </Stack>
      </form>
    </Paper>
  );
}

function Created({ tenant, password }: Made) {
  const { t } = useTranslation("tenants");
  const values = password ? { [t("password")]: password } : { [t("link")]: tenant.owner_link?.url ?? "" };
  return (
    <Stack maw={720}>
      <SecretOnce title={t("once")} hint={t(password ? "oncePassword" : "onceLink")} values={values} />
      <Paper withBorder p="lg">
        <CopyValue value={tenant.issuer} label={t("issuer")} />
      </Paper>
    </Stack>
  );
}

const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** 120 bits that can be read out: six groups of four from 32 letters and digits that are not mistaken for each other. */
function newPassword(): string {
  const letters = [...crypto.getRandomValues(new Uint8Array(24))].map(
    (byte) => ALPHABET[byte % ALPHABET.length],
  );
  return letters.join("").replace(/(.{4})(?=.)/g, "$1-");
}
