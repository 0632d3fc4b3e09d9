/** Passwords, guesses, sessions and tokens: what keeps the tenant's people safe, with bounds that the Admin Plane names. */
import { NumberInput, SimpleGrid, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatDuration } from "@/shared/i18n/format";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";
import { AllowedSection } from "./AllowedSection";
import { type Bounds, type Settings, useBounds, useSettings } from "./api";
import { DurationInput } from "./DurationInput";
import { Fields } from "./Fields";
import { Section } from "./Section";
import { SettingsActions } from "./SettingsActions";
import { type AllBounds, numbersOf, type SecurityForm, type SecurityValues } from "./security";
import { ThrottlingSection } from "./ThrottlingSection";
import { useSettingsForm } from "./useSettingsForm";

export function SecurityPage() {
  const { t } = useTranslation("settings");
  const settings = useSettings(useTenant());
  const bounds = useBounds();
  return (
    <Page title={t("security.title")} description={t("security.description")}>
      <Loaded query={bounds}>
        {(known) => (
          <Loaded query={settings}>{(found) => <SecurityFields settings={found} bounds={known} />}</Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function valuesOf(settings: Settings): SecurityValues {
  const { password_policy, throttling, lifetimes, allowed_scopes, allowed_resources, audit_days } = settings;
  return { password_policy, throttling, lifetimes, allowed_scopes, allowed_resources, audit_days };
}

function SecurityFields({ settings, bounds }: { settings: Settings; bounds: AllBounds }) {
  const may = useMay();
  const edit = useSettingsForm(settings, valuesOf);
  const readOnly = !may("tenant:configure");
  const part = { form: edit.form, bounds };
  return (
    <form onSubmit={edit.submit} noValidate>
      <Fields readOnly={readOnly}>
        <Stack maw={940}>
          <Passwords {...part} />
          <ThrottlingSection {...part} />
          <Lifetimes {...part} group="sessions" names={["session", "session_idle", "interaction"]} />
          <Lifetimes {...part} group="tokens" names={["access_token", "id_token", "code"]} />
          <Lifetimes
            {...part}
            group="refreshTokens"
            names={["refresh_token", "refresh_token_idle", "refresh_token_grace"]}
          />
          <AllowedSection form={edit.form} />
          <AuditSection {...part} />
          <SettingsActions edit={edit} readOnly={readOnly} />
        </Stack>
      </Fields>
    </form>
  );
}

interface Part {
  form: SecurityForm;
  bounds: AllBounds;
}

function Passwords({ form, bounds }: Part) {
  const { t } = useTranslation("settings");
  const length = bounds.get("password_policy.min_length");
  return (
    <Section title={t("security.passwords")} hint={t("security.passwordsHint")}>
      <NumberInput
        label={t("security.min_length")}
        description={length && t("bounds.numbers", numbersOf(length))}
        allowDecimal={false}
        allowNegative={false}
        maw={300}
        {...form.getInputProps("password_policy.min_length")}
      />
      <Switch
        label={t("security.refuse_common")}
        description={t("security.refuseCommonHint")}
        {...form.getInputProps("password_policy.refuse_common", { type: "checkbox" })}
      />
    </Section>
  );
}

/** Where a number of one's own begins. */
const BEGIN_DAYS = 365;

function AuditSection({ form, bounds }: Part) {
  const { t } = useTranslation("settings");
  const days = form.getInputProps("audit_days");
  const found = bounds.get("audit_days");
  return (
    <Section title={t("security.audit")} hint={t("security.auditHint")}>
      <Stack gap="xs">
        <Switch
          label={t("security.ownDays")}
          description={t(days.value === null ? "throttling.deployments" : "throttling.own")}
          checked={days.value !== null}
          onChange={(event) => days.onChange(event.currentTarget.checked ? BEGIN_DAYS : null)}
        />
        {days.value !== null && (
          <NumberInput
            label={t("security.days")}
            description={found && t("bounds.between", numbersOf(found))}
            allowDecimal={false}
            allowNegative={false}
            ml={{ base: 0, sm: 50 }}
            w={200}
            {...days}
          />
        )}
      </Stack>
    </Section>
  );
}

type Lifetime = keyof Settings["lifetimes"];
interface LifetimesProps extends Part {
  group: "sessions" | "tokens" | "refreshTokens";
  names: readonly Lifetime[];
}

function Lifetimes({ form, bounds, group, names }: LifetimesProps) {
  const { t } = useTranslation("settings");
  return (
    <Section title={t(`security.${group}`)} hint={t(`security.${group}Hint`)}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} verticalSpacing="lg">
        {names.map((name) => {
          const path = `lifetimes.${name}`;
          const found = bounds.get(path);
          const { value, onChange, error } = form.getInputProps(path);
          return (
            <DurationInput
              key={name}
              label={t(`lifetimes.${name}`)}
              description={
                <>
                  {t(`lifetimeHints.${name}`)} {found && t("bounds.durations", durationsOf(found))}
                </>
              }
              value={value}
              onChange={onChange}
              error={error}
            />
          );
        })}
      </SimpleGrid>
    </Section>
  );
}

function durationsOf({ least, most, default: usual }: Bounds) {
  return { least: formatDuration(least), most: formatDuration(most), usual: formatDuration(usual ?? least) };
}
