import { Button, Group, Modal, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment, formatRelative } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { SaveError, say } from "@/shared/ui/forms";
import { SecretOnce } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { createHeaders, type User, useLink, useMakeLink, useWithdrawLink } from "./api";
import { LinkFields, type LinkForm, type LinkKind, USUAL } from "./LinkFields";

/** The link by which a person chooses their password: whether one is good, a new one, none any more. */
export function LinkPanel({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const may = useMay();
  const link = useLink(tenant, user.id);
  const withdraw = useWithdrawLink();
  const [open, setOpen] = useState<"make" | "withdraw">();
  const mayMake = may("user:reset-credential");
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Stack gap={4}>
          <Title order={2} size="h4">
            {t("linkTitle")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("linkHint")}
          </Text>
        </Stack>
        <Loaded query={link}>
          {({ link: good }) => (
            <Group justify="space-between">
              <Text size="sm" flex={1} miw={240}>
                {good
                  ? t(good.kind === "invitation" ? "linkInvitation" : "linkReset", {
                      when: formatMoment(good.expires_at),
                      ago: formatRelative(good.created_at),
                    })
                  : t("linkNone")}
              </Text>
              {mayMake && (
                <Group gap="xs">
                  {good && (
                    <Button variant="subtle" color="red" onClick={() => setOpen("withdraw")}>
                      {t("linkWithdraw")}
                    </Button>
                  )}
                  <Button
                    variant="default"
                    disabled={user.status === "disabled"}
                    onClick={() => setOpen("make")}
                  >
                    {t("linkMake")}
                  </Button>
                </Group>
              )}
            </Group>
          )}
        </Loaded>
      </Stack>
      <MakeLink user={user} opened={open === "make"} onClose={() => setOpen(undefined)} />
      <Confirm
        opened={open === "withdraw"}
        onClose={() => setOpen(undefined)}
        title={t("linkWithdraw")}
        action={t("linkWithdraw")}
        onConfirm={async () => {
          const { withdrawn } = await withdraw.mutateAsync({
            params: { path: { tenant, user_id: user.id } },
          });
          say(t(withdrawn ? "linkWithdrawn" : "linkNone"));
        }}
      >
        {t("linkWithdrawText")}
      </Confirm>
    </Paper>
  );
}

function MakeLink({ user, opened, onClose }: { user: User; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(["users", "shared"]);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("linkMakeFor", { name: user.username })}
      closeButtonProps={{ "aria-label": t("shared:common.close") }}
    >
      <MakeLinkForm user={user} onClose={onClose} />
    </Modal>
  );
}

/** Lives while the dialog is open, so that a link that was shown is forgotten with it. */
function MakeLinkForm({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation(["users", "shared"]);
  const tenant = useTenant();
  const make = useMakeLink();
  const [kind, setKind] = useState<LinkKind>("password_reset");
  const [form, setForm] = useState<LinkForm>({ lifetime: USUAL.password_reset, mailed: false });
  const [headers] = useState(createHeaders);
  const call = kind === "invitation" ? make.invitation : make.reset;
  if (call.data) {
    return (
      <Stack>
        <SecretOnce title={t("linkOnce")} hint={t("linkOnceHint")} values={{ [t("link")]: call.data.url }} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("shared:common.close")}</Button>
        </Group>
      </Stack>
    );
  }
  const submit = () =>
    call.mutate({
      params: { path: { tenant, user_id: user.id } },
      headers: { "Idempotency-Key": `${headers["Idempotency-Key"]}-${kind}` },
      body: { lifetime: form.lifetime, mailed: form.mailed },
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack>
        <SegmentedControl
          aria-label={t("linkKind")}
          value={kind}
          onChange={(chosen) => {
            setKind(chosen as LinkKind);
            setForm({ ...form, lifetime: USUAL[chosen as LinkKind] });
          }}
          data={[
            { value: "password_reset", label: t("linkKindReset") },
            { value: "invitation", label: t("linkKindInvitation") },
          ]}
        />
        <Text size="sm" c="dimmed">
          {t(kind === "invitation" ? "linkInvitationHint" : "linkResetHint")}
        </Text>
        <LinkFields kind={kind} value={form} onChange={setForm} hasEmail={user.email !== null} />
        <SaveError error={call.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shared:common.cancel")}
          </Button>
          <Button type="submit" loading={call.isPending}>
            {t("linkMake")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
