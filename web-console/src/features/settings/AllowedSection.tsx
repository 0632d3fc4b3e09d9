/** What applications of the tenant can be registered for, and are issued. */
import { MultiSelect, Stack, Switch, TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { useResources } from "./api";
import { Section } from "./Section";
import type { SecurityForm } from "./security";

const STANDARD = ["openid", "profile", "email", "address", "phone", "offline_access"];

export function AllowedSection({ form }: { form: SecurityForm }) {
  const { t } = useTranslation("settings");
  const may = useMay();
  const { data } = useResources(useTenant(), may("client:read"));
  const apis = data?.items ?? [];
  const scopes = form.getInputProps("allowed_scopes");
  const resources = form.getInputProps("allowed_resources");
  const listed: string[] = resources.value ?? [];
  const known = new Map([
    ...listed.map((id) => [id, id] as const),
    ...apis.map(({ identifier, name }) => [identifier, `${name} (${identifier})`] as const),
  ]);
  return (
    <Section title={t("allowed.title")} hint={t("allowed.hint")}>
      <Stack gap="xs">
        <Switch
          label={t("allowed.someScopes")}
          description={scopes.value ? t("allowed.scopesHint") : t("allowed.allScopes")}
          checked={scopes.value !== null}
          onChange={(event) => scopes.onChange(event.currentTarget.checked ? STANDARD : null)}
        />
        {scopes.value && (
          <TagsInput
            aria-label={t("allowed.scopes")}
            pl={{ base: 0, sm: 50 }}
            splitChars={[" ", ",", "\n"]}
            clearable
            clearButtonProps={{ "aria-label": t("allowed.clear") }}
            data={[...new Set([...STANDARD, ...apis.flatMap((api) => Object.keys(api.scopes))])]}
            {...scopes}
          />
        )}
      </Stack>
      <Stack gap="xs">
        <Switch
          label={t("allowed.someApis")}
          description={resources.value ? t("allowed.apisHint") : t("allowed.allApis")}
          checked={resources.value !== null}
          onChange={(event) => resources.onChange(event.currentTarget.checked ? [] : null)}
        />
        {resources.value && (
          <MultiSelect
            aria-label={t("allowed.apis")}
            pl={{ base: 0, sm: 50 }}
            searchable
            placeholder={listed.length === 0 ? t("allowed.noApis") : ""}
            data={[...known].map(([value, label]) => ({ value, label }))}
            {...resources}
          />
        )}
      </Stack>
    </Section>
  );
}
