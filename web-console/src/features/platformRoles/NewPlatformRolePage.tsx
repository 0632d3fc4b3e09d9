/** Gives a role of the platform to somebody, by the tenant that they belong to. */
import { Alert, Paper, Radio, Select, Stack, Text, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePeople } from "@/shared/api/people";
import { permissionsIn } from "@/shared/api/tenant";
import { useTenantChoices } from "@/shared/api/tenants";
import { useMe } from "@/shared/auth/me";
import { FormActions, SaveError, say, showFieldErrors } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { SearchSelect } from "@/shared/ui/SearchSelect";
import { type PrincipalKind, useGiveRole, usePlatformRoles } from "./api";
import { useRoleName } from "./PlatformRolesPage";

interface Values {
  role: string;
  home: string | null;
  kind: PrincipalKind;
  id: string;
}

const KINDS = ["user", "group", "client"] as const;

export function NewPlatformRolePage() {
  const { t } = useTranslation("platformRoles");
  const search = useSearch({ from: "/signed-in/platform/roles/new" });
  const navigate = useNavigate();
  const give = useGiveRole();
  const me = useMe();
  const [error, setError] = useState<unknown>();
  const form = useForm<Values>({
    initialValues: {
      role: search.role ?? "platform_auditor",
      home: me.data?.tenant.name ?? null,
      kind: "user",
      id: "",
    },
    validate: {
      home: (home) => (home ? null : t("homeMissing")),
      id: (id) => (id.trim() ? null : t("idMissing")),
    },
  });
  const label = useRoleName(form.values.role);
  const submit = async ({ role, home, kind, id }: Values) => {
    try {
      await give.mutateAsync({ params: { path: { role, home: home ?? "", kind, id: id.trim() } } });
      say(t("given", { role: label }));
      await navigate({ to: "/platform/roles" });
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <Page title={t("newTitle")} crumbs={[{ label: t("title"), to: "/platform/roles" }]}>
      <Paper withBorder p="lg" maw={720}>
        <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
          <Stack>
            <Role form={form} />
            <Holder form={form} />
            {form.values.role === "platform_admin" && (
              <Alert icon={<ShieldAlert />} color="yellow">
                <Text size="sm">{t("adminWarning")}</Text>
              </Alert>
            )}
            <SaveError error={error} />
            <FormActions
              saving={give.isPending}
              label={t("give")}
              onCancel={() => void navigate({ to: "/platform/roles" })}
            />
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}

function Role({ form }: { form: UseFormReturnType<Values> }) {
  const { t } = useTranslation("platformRoles");
  const roles = usePlatformRoles();
  const admin = useRoleName("platform_admin");
  const auditor = useRoleName("platform_auditor");
  const names: Record<string, string> = { platform_admin: admin, platform_auditor: auditor };
  const known = roles.data?.items.map((role) => role.name) ?? Object.keys(names);
  return (
    <Select
      label={t("role")}
      data={known.map((name) => ({ value: name, label: names[name] ?? name }))}
      allowDeselect={false}
      {...form.getInputProps("role")}
    />
  );
}

/** People are searched for where they may be seen; everybody else is named by an id. */
function Holder({ form }: { form: UseFormReturnType<Values> }) {
  const { t } = useTranslation("platformRoles");
  const me = useMe();
  const { home, kind } = form.values;
  const tenants = useTenantChoices(home);
  const maySee = Boolean(home && me.data && permissionsIn(me.data, home).has("user:read"));
  const isFound = kind === "user" && maySee;
  return (
    <>
      <SearchSelect
        label={t("home")}
        description={t("homeHint")}
        required
        {...tenants}
        {...form.getInputProps("home")}
        onChange={(chosen) => form.setValues({ home: chosen, id: "" })}
      />
      <Radio.Group
        label={t("kind")}
        value={kind}
        onChange={(chosen) => form.setValues({ kind: chosen as PrincipalKind, id: "" })}
      >
        <Stack gap="xs" mt={6}>
          {KINDS.map((one) => (
            <Radio key={one} value={one} label={t(`kinds.${one}`)} description={t(`kindHints.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {isFound && home ? (
        <Person form={form} home={home} />
      ) : (
        <TextInput
          label={t(`ids.${kind}`)}
          description={kind === "user" ? t("userIdHint") : undefined}
          required
          spellCheck={false}
          {...form.getInputProps("id")}
        />
      )}
    </>
  );
}

function Person({ form, home }: { form: UseFormReturnType<Values>; home: string }) {
  const { t } = useTranslation("platformRoles");
  const [search, setSearch] = useState("");
  const people = usePeople(home, search);
  const options = (people.data?.items ?? []).map((user) => ({
    value: user.id,
    label: user.email ? `${user.username} · ${user.email}` : user.username,
  }));
  const input = form.getInputProps("id");
  return (
    <SearchSelect
      label={t("person")}
      placeholder={t("personHint")}
      required
      options={options}
      onSearch={setSearch}
      error={input.error}
      value={form.values.id || null}
      onChange={(chosen) => form.setFieldValue("id", chosen ?? "")}
    />
  );
}
