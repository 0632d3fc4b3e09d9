/** What an application is and may do. */
import {
  Checkbox,
  NumberInput,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
  Title,
} from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ifMatch } from "@/shared/api/headers";
import { useMay, useTenant } from "@/shared/api/tenant";
import { FormActions, SaveError, say, showFieldErrors } from "@/shared/ui/forms";
import { Loaded } from "@/shared/ui/states";
import { useClientId } from "./ApplicationPage";
import { type Client, useClient, useUpdateClient } from "./api";
import { type ClientForm, changesOf, formOf } from "./fields";

export function SettingsTab() {
  const tenant = useTenant();
  const client = useClient(tenant, useClientId());
  return (
    <Loaded query={client}>
      {(found) => <SettingsForm key={found.version} client={found} reload={() => void client.refetch()} />}
    </Loaded>
  );
}

function SettingsForm({ client, reload }: { client: Client; reload: () => void }) {
  const { t } = useTranslation(["applications", "shared"]);
  const tenant = useTenant();
  const may = useMay();
  const update = useUpdateClient();
  const [error, setError] = useState<unknown>();
  const form = useForm<ClientForm>({ mode: "uncontrolled", initialValues: formOf(client) });
  const submit = async (values: ClientForm) => {
    try {
      await update.mutateAsync({
        params: { path: { tenant, client_id: client.client_id }, header: ifMatch(client.version) },
        body: changesOf(values, client),
      });
      say(t("shared:common.saved"));
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  const readOnly = !may("client:write");
  const signsPeopleIn = client.grant_types.includes("authorization_code");
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <fieldset disabled={readOnly} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack maw={820}>
          <Basics form={form} />
          {signsPeopleIn && <Redirects form={form} />}
          <Permissions
            form={form}
            signsPeopleIn={signsPeopleIn}
            isPublic={client.token_endpoint_auth_method === "none"}
          />
          <Tokens form={form} signsPeopleIn={signsPeopleIn} />
          {signsPeopleIn && <Links form={form} />}
          <SaveError error={error} onReload={reload} />
          {!readOnly && <FormActions saving={update.isPending} />}
        </Stack>
      </fieldset>
    </form>
  );
}

type Form = UseFormReturnType<ClientForm>;

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

function Basics({ form }: { form: Form }) {
  const { t } = useTranslation("applications");
  return (
    <Section title={t("sections.basics")}>
      <TextInput
        label={t("name")}
        description={t("nameHint")}
        required
        key={form.key("client_name")}
        {...form.getInputProps("client_name")}
      />
      <TextInput
        label={t("descriptionField")}
        description={t("descriptionHint")}
        key={form.key("description")}
        {...form.getInputProps("description")}
      />
      <Textarea
        label={t("contacts")}
        description={t("onePerLine")}
        autosize
        minRows={1}
        key={form.key("contacts")}
        {...form.getInputProps("contacts")}
      />
    </Section>
  );
}

function Redirects({ form }: { form: Form }) {
  const { t } = useTranslation("applications");
  const area = (
    name: "redirect_uris" | "post_logout_redirect_uris" | "allowed_origins",
    label: string,
    hint: string,
  ) => (
    <Textarea
      label={label}
      description={hint}
      autosize
      minRows={2}
      spellCheck={false}
      key={form.key(name)}
      {...form.getInputProps(name)}
    />
  );
  return (
    <Section title={t("sections.redirects")}>
      {area("redirect_uris", t("redirectUris"), t("redirectUrisHint"))}
      {area("post_logout_redirect_uris", t("postLogoutUris"), t("postLogoutUrisHint"))}
      {area("allowed_origins", t("origins"), t("originsHint"))}
    </Section>
  );
}

function Permissions({
  form,
  signsPeopleIn,
  isPublic,
}: {
  form: Form;
  signsPeopleIn: boolean;
  isPublic: boolean;
}) {
  const { t } = useTranslation("applications");
  const box = (
    name: "skip_consent" | "require_pkce" | "offline",
    label: string,
    hint: string,
    disabled = false,
  ) => (
    <Checkbox
      label={label}
      description={hint}
      disabled={disabled}
      key={form.key(name)}
      {...form.getInputProps(name, { type: "checkbox" })}
    />
  );
  return (
    <Section title={t("sections.permissions")}>
      <TextInput
        label={t("scope")}
        description={t("scopeHint")}
        spellCheck={false}
        key={form.key("scope")}
        {...form.getInputProps("scope")}
      />
      {signsPeopleIn && (
        <>
          {box("offline", t("refresh"), t("refreshHint"))}
          {box("skip_consent", t("skipConsent"), t("skipConsentHint"))}
          {box("require_pkce", t("pkce"), t("pkceHint"), isPublic)}
        </>
      )}
    </Section>
  );
}

function Tokens({ form, signsPeopleIn }: { form: Form; signsPeopleIn: boolean }) {
  const { t } = useTranslation("applications");
  return (
    <Section title={t("sections.tokens")}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label={t("format")}
          description={t("formatHint")}
          allowDeselect={false}
          data={[
            { value: "jwt", label: t("formats.jwt") },
            { value: "opaque", label: t("formats.opaque") },
          ]}
          key={form.key("access_token_format")}
          {...form.getInputProps("access_token_format")}
        />
        <NumberInput
          label={t("lifetime")}
          description={t("lifetimeHint")}
          min={30}
          max={86_400}
          allowDecimal={false}
          key={form.key("access_token_lifetime")}
          {...form.getInputProps("access_token_lifetime")}
        />
        {signsPeopleIn && (
          <Select
            label={t("idTokenAlg")}
            description={t("idTokenAlgHint")}
            allowDeselect={false}
            data={["RS256", "ES256"]}
            key={form.key("id_token_signed_response_alg")}
            {...form.getInputProps("id_token_signed_response_alg")}
          />
        )}
      </SimpleGrid>
    </Section>
  );
}

function Links({ form }: { form: Form }) {
  const { t } = useTranslation("applications");
  const input = (name: "client_uri" | "logo_uri" | "tos_uri" | "policy_uri", label: string) => (
    <TextInput
      label={label}
      placeholder="https://"
      type="url"
      key={form.key(name)}
      {...form.getInputProps(name)}
    />
  );
  return (
    <Section title={t("sections.links")}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {input("client_uri", t("clientUri"))}
        {input("logo_uri", t("logoUri"))}
        {input("tos_uri", t("tosUri"))}
        {input("policy_uri", t("policyUri"))}
      </SimpleGrid>
    </Section>
  );
}
