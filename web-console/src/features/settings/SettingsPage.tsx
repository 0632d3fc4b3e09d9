/** What the tenant is called, where it stands, and its end. */
import { Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ifMatch } from "@/shared/api/headers";
import { useMay, useTenant } from "@/shared/api/tenant";
import { LANGUAGES } from "@/shared/i18n/i18n";
import { FormActions, SaveError, say, showFieldErrors } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { CopyValue } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { type Settings, type Tenant, useOwnTenant, useRename, useSettings } from "./api";
import { DomainSection } from "./DomainSection";
import { DeletedTenant, EndSection } from "./EndSection";
import { Fields } from "./Fields";
import { Section } from "./Section";
import { SettingsActions } from "./SettingsActions";
import { useSettingsForm } from "./useSettingsForm";

export function SettingsPage() {
  const { t } = useTranslation("settings");
  const name = useTenant();
  const may = useMay();
  const tenant = useOwnTenant(name);
  const settings = useSettings(name);
  const [deleted, setDeleted] = useState<Tenant>();
  if (deleted) return <DeletedTenant tenant={deleted} />;
  return (
    <Page title={t("general.title")} description={t("general.description")}>
      <Loaded query={tenant}>
        {(found) => (
          <Stack maw={940}>
            <Names tenant={found} reload={() => void tenant.refetch()} />
            <Loaded query={settings}>{(configured) => <Language settings={configured} />}</Loaded>
            <DomainSection tenant={found} />
            {may("tenant:delete") && <EndSection tenant={found} onDeleted={setDeleted} />}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Names({ tenant, reload }: { tenant: Tenant; reload: () => void }) {
  const { t } = useTranslation(["settings", "shared"]);
  const may = useMay();
  const rename = useRename();
  const [error, setError] = useState<unknown>();
  const form = useForm({ initialValues: { display_name: tenant.display_name } });
  const readOnly = !may("tenant:configure");
  const submit = async (body: { display_name: string }) => {
    const params = { path: { tenant: tenant.name }, header: ifMatch(tenant.version) };
    try {
      await rename.mutateAsync({ params, body });
      form.resetDirty();
      setError(undefined);
      say(t("shared:common.saved"));
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <Section title={t("general.names")}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <TextInput
            label={t("general.displayName")}
            description={t("general.displayNameHint")}
            readOnly={readOnly}
            required={!readOnly}
            maw={440}
            {...form.getInputProps("display_name")}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Fact label={t("general.shortName")} value={tenant.name} />
            <Fact label={t("general.id")} value={tenant.id} />
          </SimpleGrid>
          <SaveError error={error} onReload={reload} />
          {!readOnly && <FormActions saving={rename.isPending} disabled={!form.isDirty()} />}
        </Stack>
      </form>
    </Section>
  );
}

export function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <CopyValue value={value} label={label} />
    </div>
  );
}

function Language({ settings }: { settings: Settings }) {
  const { t } = useTranslation("settings");
  const may = useMay();
  const edit = useSettingsForm(settings, ({ default_locale }) => ({ default_locale }));
  const readOnly = !may("tenant:configure");
  const { value, onChange, error } = edit.form.getInputProps("default_locale");
  const tags: Record<string, string> = {
    ...LANGUAGES,
    ...(value && !(value in LANGUAGES) ? { [value]: value } : {}),
  };
  return (
    <Section title={t("language.title")} hint={t("language.hint")}>
      <form onSubmit={edit.submit} noValidate>
        <Stack>
          <Fields readOnly={readOnly}>
            <Select
              label={t("language.label")}
              description={t("language.labelHint")}
              maw={440}
              allowDeselect={false}
              value={value ?? ""}
              onChange={(tag) => onChange(tag || null)}
              error={error}
              data={[
                { value: "", label: t("language.none") },
                ...Object.entries(tags).map(([tag, label]) => ({ value: tag, label })),
              ]}
            />
          </Fields>
          <SettingsActions edit={edit} readOnly={readOnly} />
        </Stack>
      </form>
    </Section>
  );
}
