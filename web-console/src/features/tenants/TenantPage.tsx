/** One tenant as the platform sees it: its state, never its people. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { DoorOpen } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { say, sayFailed } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { CopyValue } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { type Tenant, useOneTenant, useSetTenantStatus } from "./api";
import { DeletionPanel } from "./DeletionPanel";
import { DomainPanel } from "./DomainPanel";
import { COLOURS } from "./status";

export function TenantPage() {
  const { t } = useTranslation("tenants");
  const { name } = useParams({ from: "/signed-in/platform/tenants/$name" });
  const tenant = useOneTenant(name);
  return (
    <Page
      title={tenant.data?.display_name ?? name}
      crumbs={[{ label: t("title"), to: "/platform/tenants" }]}
      actions={<LookInside name={name} />}
    >
      <Loaded query={tenant}>{(found) => <Parts tenant={found} />}</Loaded>
    </Page>
  );
}

function LookInside({ name }: { name: string }) {
  const { t } = useTranslation("tenants");
  const may = useMay();
  if (!may("access:declare")) return null;
  return (
    <Button
      variant="default"
      leftSection={<DoorOpen size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/platform/accesses/new" search={{ tenant: name }} />}
    >
      {t("lookInside")}
    </Button>
  );
}

function Parts({ tenant }: { tenant: Tenant }) {
  const may = useMay();
  const isEnding = tenant.status === "deleting" || tenant.status === "erasing";
  return (
    <Stack maw={820}>
      {isEnding && <DeletionPanel tenant={tenant} />}
      <Details tenant={tenant} />
      <DomainPanel tenant={tenant} />
      {!isEnding && may("tenant:suspend") && <Suspension tenant={tenant} />}
      {!isEnding && may("tenant:delete") && <DeletionPanel tenant={tenant} />}
    </Stack>
  );
}

function Details({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("tenants");
  return (
    <Paper withBorder p="lg">
      <Stack gap="md">
        <Field label={t("status")}>
          <Badge color={COLOURS[tenant.status]}>{t(`statuses.${tenant.status}`)}</Badge>
        </Field>
        <Field label={t("name")}>
          <CopyValue value={tenant.name} label={t("name")} />
        </Field>
        <Field label={t("issuer")}>
          <CopyValue value={tenant.issuer} label={t("issuer")} />
        </Field>
        <Field label={t("id")}>
          <CopyValue value={tenant.id} label={t("id")} />
        </Field>
        <Field label={t("created")}>
          <Text size="sm">{formatMoment(tenant.created_at)}</Text>
        </Field>
        <Field label={t("updated")}>
          <Text size="sm">{formatMoment(tenant.updated_at)}</Text>
        </Field>
      </Stack>
    </Paper>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group align="center" gap="md" wrap="wrap">
      <Text size="sm" c="dimmed" w={140}>
        {label}
      </Text>
      {children}
    </Group>
  );
}

function Suspension({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("tenants");
  const status = useSetTenantStatus();
  const [asking, setAsking] = useState(false);
  const name = tenant.display_name;
  const where = { params: { path: { tenant: tenant.name } } };
  const resume = async () => {
    try {
      await status.resume.mutateAsync(where);
      say(t("resumed", { name }));
    } catch (error) {
      sayFailed(t("resume"), error);
    }
  };
  const isActive = tenant.status === "active";
  return (
    <Paper withBorder p="lg">
      <Stack align="start">
        <div>
          <Title order={2} size="h4">
            {t("serving")}
          </Title>
          <Text size="sm" c="dimmed">
            {t(isActive ? "servingHint" : "suspendedHint")}
          </Text>
        </div>
        {isActive ? (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t("suspend")}
          </Button>
        ) : (
          <Button onClick={() => void resume()} loading={status.resume.isPending}>
            {t("resume")}
          </Button>
        )}
      </Stack>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("suspendTitle", { name })}
        action={t("suspend")}
        onConfirm={async () => {
          await status.suspend.mutateAsync(where);
          say(t("suspended", { name }));
        }}
      >
        {t("suspendText")}
      </Confirm>
    </Paper>
  );
}
