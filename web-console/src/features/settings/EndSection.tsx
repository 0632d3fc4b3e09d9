/** The end of the tenant: deleted by its owner, restored by the platform until the grace is over. */
import { Alert, Button, Center, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { endSession } from "@/shared/auth/session";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { Page } from "@/shared/ui/Page";
import { type Tenant, useDeleteTenant } from "./api";
import { Section } from "./Section";

interface Props {
  tenant: Tenant;
  onDeleted: (tenant: Tenant) => void;
}

export function EndSection({ tenant, onDeleted }: Props) {
  const { t } = useTranslation("settings");
  const remove = useDeleteTenant();
  const [asking, setAsking] = useState(false);
  const name = tenant.display_name;
  return (
    <Section title={t("end.title")} hint={t("end.hint")}>
      <Group>
        <Button color="red" variant="outline" onClick={() => setAsking(true)}>
          {t("end.delete")}
        </Button>
      </Group>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("end.confirmTitle", { name })}
        action={t("end.delete")}
        typed={{ value: tenant.name, label: t("end.confirmType", { name: tenant.name }) }}
        onConfirm={async () =>
          onDeleted(await remove.mutateAsync({ params: { path: { tenant: tenant.name } } }))
        }
      >
        {t("end.confirmText")}
      </Confirm>
    </Section>
  );
}

/** The last page: nothing of the tenant answers any more. */
export function DeletedTenant({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation(["settings", "shared"]);
  return (
    <Page title={t("end.deleted", { name: tenant.display_name })}>
      <Alert color="yellow" maw={720}>
        <Stack gap="sm">
          <Text size="sm">{t("end.deletedText", { when: formatMoment(tenant.delete_at) })}</Text>
        </Stack>
      </Alert>
      <Center>
        <Button
          variant="default"
          onClick={() => {
            endSession();
            window.location.assign("/sign-in?signed_out=true");
          }}
        >
          {t("shared:auth.signOut")}
        </Button>
      </Center>
    </Page>
  );
}
