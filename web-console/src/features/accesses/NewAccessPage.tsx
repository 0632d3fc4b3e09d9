/** States why, and opens a tenant for reading. */
import { Alert, Paper, Stack, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Info } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenantChoices } from "@/shared/api/tenants";
import { FormActions, SaveError, showFieldErrors } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { SearchSelect } from "@/shared/ui/SearchSelect";
import { createHeaders, MIN_REASON, useDeclareAccess } from "./api";

export function NewAccessPage() {
  const { t } = useTranslation("accesses");
  const search = useSearch({ from: "/signed-in/platform/accesses/new" });
  const navigate = useNavigate();
  const declare = useDeclareAccess();
  const [headers] = useState(createHeaders);
  const [error, setError] = useState<unknown>();
  const form = useForm<{ tenant: string | null; reason: string }>({
    initialValues: { tenant: search.tenant ?? null, reason: "" },
    validate: {
      tenant: (tenant) => (tenant ? null : t("tenantMissing")),
      reason: (reason) => (reason.trim().length < MIN_REASON ? t("reasonShort") : null),
    },
  });
  const { options, onSearch } = useTenantChoices(form.values.tenant);
  const submit = async ({ tenant, reason }: typeof form.values) => {
    try {
      const access = await declare.mutateAsync({ headers, body: { tenant: tenant ?? "", reason } });
      await navigate({ to: "/t/$tenant", params: { tenant: access.tenant } });
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <Page title={t("newTitle")} crumbs={[{ label: t("title"), to: "/platform/accesses" }]}>
      <Paper withBorder p="lg" maw={720}>
        <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
          <Stack>
            <Alert icon={<Info />} color="blue">
              <Text size="sm">{t("effect")}</Text>
            </Alert>
            <SearchSelect
              label={t("tenant")}
              description={t("tenantHint")}
              required
              options={options}
              onSearch={onSearch}
              {...form.getInputProps("tenant")}
            />
            <Textarea
              label={t("reason")}
              description={t("reasonHint")}
              placeholder={t("reasonPlaceholder")}
              required
              autosize
              minRows={3}
              maxLength={1000}
              {...form.getInputProps("reason")}
            />
            <SaveError error={error} />
            <FormActions
              saving={declare.isPending}
              label={t("declare")}
              onCancel={() => void navigate({ to: "/platform/accesses" })}
            />
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}
