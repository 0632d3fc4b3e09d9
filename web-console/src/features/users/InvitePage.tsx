/** A new person without a password, and the link by which they choose one. */
import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { FormActions, SaveError, showFieldErrors } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { SecretOnce } from "@/shared/ui/Secret";
import { createHeaders, type MadeLink, useInvite } from "./api";
import { changesOf, formOf, type UserForm } from "./fields";
import { LinkFields, type LinkForm, USUAL } from "./LinkFields";
import { UserFields } from "./UserFields";

export function InvitePage() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const invite = useInvite();
  return (
    <Page title={t("inviteTitle")} crumbs={[{ label: t("title"), to: `/t/${tenant}/users` }]}>
      {invite.data ? <Invited made={invite.data} /> : <InviteForm invite={invite} />}
    </Page>
  );
}

interface InviteFormValues extends UserForm {
  link: LinkForm;
}

function InviteForm({ invite }: { invite: ReturnType<typeof useInvite> }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const navigate = useNavigate();
  const [headers] = useState(createHeaders);
  const [error, setError] = useState<unknown>();
  const form = useForm<InviteFormValues>({
    initialValues: { ...formOf(), link: { lifetime: USUAL.invitation, mailed: false } },
  });
  const submit = async (values: InviteFormValues) => {
    const hasEmail = values.email.trim() !== "";
    const link = { ...values.link, mailed: values.link.mailed && hasEmail };
    try {
      await invite.mutateAsync({
        params: { path: { tenant } },
        headers,
        body: { ...changesOf(values), link },
      });
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <Paper withBorder p="lg" maw={820}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <Text size="sm" c="dimmed">
            {t("inviteHint")}
          </Text>
          <UserFields form={form} readOnly={false} />
          <LinkFields
            kind="invitation"
            value={form.values.link}
            onChange={(link) => form.setFieldValue("link", link)}
            hasEmail={form.values.email.trim() !== ""}
            error={form.errors["link.lifetime"] as string | undefined}
          />
          <SaveError error={error} />
          <FormActions
            saving={invite.isPending}
            label={t("invite")}
            onCancel={() => void navigate({ to: "/t/$tenant/users", params: { tenant } })}
          />
        </Stack>
      </form>
    </Paper>
  );
}

function Invited({ made }: { made: MadeLink }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { user } = made;
  return (
    <Stack maw={820}>
      <Text>{t("invitedNow", { name: user.username, when: formatMoment(made.expires_at) })}</Text>
      <SecretOnce title={t("linkOnce")} hint={t("linkOnceHint")} values={{ [t("link")]: made.url }} />
      <Group>
        <Button
          renderRoot={(props) => (
            <Link {...props} to="/t/$tenant/users/$userId/profile" params={{ tenant, userId: user.id }} />
          )}
        >
          {t("goToPerson", { name: user.username })}
        </Button>
      </Group>
    </Stack>
  );
}
