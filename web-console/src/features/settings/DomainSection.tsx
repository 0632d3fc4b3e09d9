/** A domain of the tenant's own: asked for here, looked at and approved by the platform, then its issuer. */
import { Alert, Badge, Button, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { config } from "@/shared/config/config";
import { Confirm } from "@/shared/ui/Confirm";
import { SaveError, say, showFieldErrors } from "@/shared/ui/forms";
import { CopyValue } from "@/shared/ui/Secret";
import { askHeaders, type Tenant, useDomains } from "./api";
import { Section } from "./Section";

export function DomainSection({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("settings");
  const may = useMay();
  return (
    <Section title={t("domain.title")} hint={t("domain.hint")}>
      <div>
        <Text size="sm" fw={500}>
          {t("domain.issuer")}
        </Text>
        <CopyValue value={tenant.issuer} label={t("domain.issuer")} />
      </div>
      {tenant.domain && <Held tenant={tenant} domain={tenant.domain} state="serving" />}
      {tenant.pending_domain && (
        <>
          <Held tenant={tenant} domain={tenant.pending_domain} state="waiting" />
          <Steps domain={tenant.pending_domain} />
        </>
      )}
      {!tenant.pending_domain && may("tenant:configure") && <Ask tenant={tenant} />}
    </Section>
  );
}

interface HeldProps {
  tenant: Tenant;
  domain: string;
  state: "serving" | "waiting";
}

function Held({ tenant, domain, state }: HeldProps) {
  const { t } = useTranslation("settings");
  const may = useMay();
  const { remove } = useDomains();
  const [asking, setAsking] = useState(false);
  return (
    <Group justify="space-between">
      <Group gap="sm">
        <Text fw={500}>{domain}</Text>
        <Badge color={state === "serving" ? "green" : "yellow"}>{t(`domain.${state}`)}</Badge>
      </Group>
      {may("tenant:configure") && (
        <Button variant="outline" color="red" size="xs" onClick={() => setAsking(true)}>
          {t(state === "serving" ? "domain.remove" : "domain.withdraw")}
        </Button>
      )}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("domain.removeTitle", { domain })}
        action={t(state === "serving" ? "domain.remove" : "domain.withdraw")}
        typed={state === "serving" ? { value: domain, label: t("domain.removeType", { domain }) } : undefined}
        onConfirm={async () => {
          await remove.mutateAsync({ params: { path: { tenant: tenant.name, domain } } });
          say(t("domain.removed", { domain }));
        }}
      >
        {t(state === "serving" ? "domain.removeText" : "domain.withdrawText")}
      </Confirm>
    </Group>
  );
}

/** What is left to do, and whose it is. */
function Steps({ domain }: { domain: string }) {
  const { t } = useTranslation("settings");
  const host = new URL(config().authUrl).hostname;
  const record = `${domain}. CNAME ${host}.`;
  return (
    <Alert color="blue" title={t("domain.steps")}>
      <List type="ordered" size="sm" spacing={6}>
        <List.Item>
          {t("domain.stepRecord")}
          <CopyValue value={record} label={t("domain.record")} />
        </List.Item>
        <List.Item>{t("domain.stepPlatform")}</List.Item>
        <List.Item>{t("domain.stepApplications", { issuer: `https://${domain}` })}</List.Item>
      </List>
    </Alert>
  );
}

/** The host name of what was typed or pasted, other letters than ASCII as `xn--…`; what is none stays as it is. */
function hostOf(text: string): string {
  const typed = text.trim();
  const url = URL.parse(typed.includes("://") ? typed : `https://${typed}`);
  return url?.hostname || typed;
}

function Ask({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("settings");
  const { ask } = useDomains();
  const [headers, setHeaders] = useState(askHeaders);
  const [error, setError] = useState<unknown>();
  const form = useForm({ initialValues: { domain: "" } });
  const submit = async ({ domain }: { domain: string }) => {
    try {
      const body = { domain: hostOf(domain) };
      await ask.mutateAsync({ params: { path: { tenant: tenant.name } }, headers, body });
      form.reset();
      setError(undefined);
      setHeaders(askHeaders());
      say(t("domain.asked", { domain: body.domain }));
    } catch (failure) {
      setHeaders(askHeaders()); // another domain is another request
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack gap="xs">
        <Group align="end">
          <TextInput
            label={t(tenant.domain ? "domain.another" : "domain.domain")}
            placeholder="login.example.org"
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="none"
            inputMode="url"
            w={{ base: "100%", sm: 320 }}
            {...form.getInputProps("domain")}
          />
          <Button type="submit" variant="default" loading={ask.isPending}>
            {t("domain.ask")}
          </Button>
        </Group>
        <SaveError error={error} />
      </Stack>
    </form>
  );
}
