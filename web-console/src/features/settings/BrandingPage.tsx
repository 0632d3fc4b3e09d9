/** How the tenant's pages look, beside the sign-in page as it would become. */
import { Alert, ColorInput, Grid, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/shared/api/problem";
import { useMay, useTenant } from "@/shared/api/tenant";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";
import { AccentUses } from "./AccentUses";
import { type BrandingChanges, type Settings, useSettings, useSignInPage } from "./api";
import { Fields } from "./Fields";
import { SettingsActions } from "./SettingsActions";
import { type Frame, SignInFrame } from "./SignInFrame";
import { useSettingsForm } from "./useSettingsForm";

const AFTER = 350;
type Branding = Settings["branding"];
interface Values {
  branding: Branding;
}

export function BrandingPage() {
  const { t } = useTranslation("settings");
  const settings = useSettings(useTenant());
  return (
    <Page title={t("branding.title")} description={t("branding.description")}>
      <Loaded query={settings}>{(found) => <BrandingForm settings={found} />}</Loaded>
    </Page>
  );
}

function BrandingForm({ settings }: { settings: Settings }) {
  const { t, i18n } = useTranslation("settings");
  const tenant = useTenant();
  const may = useMay();
  const [frame, setFrame] = useState<Frame>({ scheme: "light", language: i18n.language });
  const edit = useSettingsForm<Values>(settings, ({ branding }) => ({ branding }));
  const [typed] = useDebouncedValue(edit.form.getValues().branding, AFTER);
  const surroundings = { client_name: t("branding.application"), ...frame };
  const page = useSignInPage(tenant, { branding: typed as BrandingChanges, ...surroundings });
  const problems = draftProblems(page.error);
  const isPartly = Object.keys(problems).length > 0;
  const rest = useSignInPage(tenant, { branding: without(typed, problems), ...surroundings }, isPartly);
  const shown = isPartly ? rest.data : page.data;
  const readOnly = !may("tenant:configure");
  return (
    <Grid gap="lg" align="flex-start">
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <form onSubmit={edit.submit} noValidate>
          <Fields readOnly={readOnly}>
            <Stack>
              <Look form={edit.form} problems={problems} />
              <AccentUses uses={shown?.accent ?? []} />
              <Links form={edit.form} problems={problems} />
              <SettingsActions edit={edit} readOnly={readOnly} />
            </Stack>
          </Fields>
        </form>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack gap="xs">
          <SignInFrame html={shown?.html} frame={frame} onFrame={setFrame} />
          {page.isError && (
            <Alert color="yellow" role="status">
              {isPartly ? t("branding.partly") : t("branding.noPreview")}
            </Alert>
          )}
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

/** What the Admin Plane says of a draft, by the field's name. */
function draftProblems(error: unknown): Readonly<Record<string, string>> {
  return error instanceof Problem ? error.fields : {};
}

/** What is left of a draft: a field that is refused keeps the setting that there is. */
function without(draft: Branding, problems: Readonly<Record<string, string>>): BrandingChanges {
  const fine = Object.entries(draft).filter(([name]) => !(`branding.${name}` in problems));
  return Object.fromEntries(fine) as BrandingChanges;
}

interface Part {
  form: UseFormReturnType<Values>;
  problems: Readonly<Record<string, string>>;
}

/** An empty text is no setting. What is said of a draft waits until the field is left. */
function useTexts({ form, problems }: Part) {
  const [focused, setFocused] = useState<string>();
  return (name: keyof Branding) => {
    const path = `branding.${name}`;
    const { value, onChange, error, ...rest } = form.getInputProps(path);
    const said: string | undefined = error ?? (focused === name ? undefined : problems[path]);
    return {
      ...rest,
      value: (value as string | null) ?? "",
      error: said,
      onChange: (text: string) => onChange(text.trim() || null),
      onFocus: () => setFocused(name),
      onBlur: () => setFocused(undefined),
    };
  };
}

function Look(part: Part) {
  const { t } = useTranslation("settings");
  const text = useTexts(part);
  const logo = (name: "logo_uri" | "logo_dark_uri", hint: string) => {
    const { onChange, ...props } = text(name);
    return (
      <TextInput
        label={t(`branding.${name}`)}
        description={hint}
        placeholder="https://"
        type="url"
        spellCheck={false}
        {...props}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  };
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Title order={2} size="h4">
          {t("branding.look")}
        </Title>
        <ColorInput
          label={t("branding.primary_color")}
          description={t("branding.colorHint")}
          placeholder="#3a4fd0"
          format="hex"
          withEyeDropper={false}
          swatches={SWATCHES}
          swatchesPerRow={8}
          fixOnBlur={false}
          {...text("primary_color")}
        />
        {logo("logo_uri", t("branding.logoHint"))}
        {logo("logo_dark_uri", t("branding.logoDarkHint"))}
      </Stack>
    </Paper>
  );
}

function Links(part: Part) {
  const { t } = useTranslation("settings");
  const text = useTexts(part);
  return (
    <Paper withBorder p="lg">
      <Stack>
        <div>
          <Title order={2} size="h4">
            {t("branding.links")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("branding.linksHint")}
          </Text>
        </div>
        {(["support_uri", "tos_uri", "policy_uri"] as const).map((name) => {
          const { onChange, ...props } = text(name);
          return (
            <TextInput
              key={name}
              label={t(`branding.${name}`)}
              placeholder="https://"
              type="url"
              spellCheck={false}
              {...props}
              onChange={(event) => onChange(event.currentTarget.value)}
            />
          );
        })}
      </Stack>
    </Paper>
  );
}

const SWATCHES = ["#3a4fd0", "#0b7285", "#0a7d5a", "#5c940d", "#c2410c", "#c92a2a", "#a61e4d", "#343a40"];
