/** A person's profile, all that is known of them as a file, and whether they may come in. */
import { Paper, Stack, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { FormActions, SaveError, say, showFieldErrors } from "@/shared/ui/forms";
import { Loaded } from "@/shared/ui/states";
import { AccessPanel } from "./AccessPanel";
import { ifMatch, type User, useUpdateUser, useUser } from "./api";
import { ExportPanel } from "./ExportPanel";
import { changesOf, formOf } from "./fields";
import { UserFields } from "./UserFields";

/** What the export of a person reads. */
const EXPORT_NEEDS = ["audit:read", "user:read", "session:read", "role:read"] as const;

export function ProfileTab() {
  const tenant = useTenant();
  const { userId } = useParams({ from: "/signed-in/t/$tenant/users/$userId" });
  const may = useMay();
  const user = useUser(tenant, userId);
  return (
    <Loaded query={user}>
      {(found) => (
        <Stack maw={820}>
          <ProfileForm key={found.version} user={found} reload={() => void user.refetch()} />
          {EXPORT_NEEDS.every(may) && <ExportPanel user={found} />}
          {may("user:write") && <AccessPanel user={found} />}
        </Stack>
      )}
    </Loaded>
  );
}

function ProfileForm({ user, reload }: { user: User; reload: () => void }) {
  const { t } = useTranslation(["users", "shared"]);
  const tenant = useTenant();
  const may = useMay();
  const update = useUpdateUser();
  const [error, setError] = useState<unknown>();
  const form = useForm({ mode: "uncontrolled", initialValues: formOf(user) });
  const submit = async (values: ReturnType<typeof formOf>) => {
    try {
      await update.mutateAsync({
        params: { path: { tenant, user_id: user.id }, header: ifMatch(user.version) },
        body: changesOf(values, user.claims),
      });
      say(t("shared:common.saved"));
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  const readOnly = !may("user:write");
  return (
    <Paper withBorder p="lg">
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <Title order={2} size="h4">
            {t("profile")}
          </Title>
          <UserFields form={form} readOnly={readOnly} />
          <SaveError error={error} onReload={reload} />
          {!readOnly && <FormActions saving={update.isPending} />}
        </Stack>
      </form>
    </Paper>
  );
}
