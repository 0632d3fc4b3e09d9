/** An API with its scopes, new or old. */
import { ActionIcon, Button, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IF_NONE, ifMatch } from "@/shared/api/headers";
import { Problem } from "@/shared/api/problem";
import { useTenant } from "@/shared/api/tenant";
import { FormActions, SaveError, say, showFieldErrors } from "@/shared/ui/forms";
import { type Resource, useSaveResource } from "./api";

interface ApiValues {
  identifier: string;
  name: string;
  rows: { scope: string; description: string }[];
}

/** `onReload` asks for the present state of a resource that somebody else changed meanwhile. */
export function ApiForm({ resource, onReload }: { resource?: Resource; onReload?: () => void }) {
  const { t } = useTranslation("apis");
  const tenant = useTenant();
  const navigate = useNavigate();
  const save = useSaveResource();
  const [error, setError] = useState<unknown>();
  const form = useForm<ApiValues>({ initialValues: valuesOf(resource) });
  const back = () => navigate({ to: "/t/$tenant/apis", params: { tenant } });
  const submit = async ({ identifier, name, rows }: ApiValues) => {
    const scopes = Object.fromEntries(rows.map((row) => [row.scope.trim(), row.description.trim()]));
    try {
      await save.mutateAsync({
        params: {
          path: { tenant, identifier: identifier.trim() },
          header: resource ? ifMatch(resource.version) : IF_NONE,
        },
        body: { name, scopes },
      });
      say(t("saved", { name }));
      await back();
    } catch (failure) {
      const taken = !resource && failure instanceof Problem && failure.status === 412;
      if (taken) form.setFieldError("identifier", t("taken"));
      setError(taken || showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <Paper withBorder p="lg" maw={820}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <TextInput label={t("name")} required {...form.getInputProps("name")} />
          <TextInput
            label={t("identifier")}
            description={t("identifierHint")}
            required
            readOnly={resource !== undefined}
            spellCheck={false}
            {...form.getInputProps("identifier")}
          />
          <div>
            <Title order={2} size="h5">
              {t("scopes")}
            </Title>
            <Text size="sm" c="dimmed">
              {t("scopesHint")}
            </Text>
          </div>
          {form.values.rows.map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own until they are typed
            <ScopeRow key={index} index={index} form={form} />
          ))}
          <Group>
            <Button
              variant="default"
              size="xs"
              leftSection={<Plus size={14} aria-hidden />}
              onClick={() => form.insertListItem("rows", { scope: "", description: "" })}
            >
              {t("addScope")}
            </Button>
          </Group>
          <SaveError error={error} onReload={onReload} />
          <FormActions saving={save.isPending} onCancel={() => void back()} />
        </Stack>
      </form>
    </Paper>
  );
}

function ScopeRow({ index, form }: { index: number; form: ReturnType<typeof useForm<ApiValues>> }) {
  const { t } = useTranslation(["apis", "shared"]);
  const name = form.values.rows[index]?.scope ?? "";
  return (
    <Group align="end" wrap="nowrap">
      <TextInput
        label={t("scope")}
        spellCheck={false}
        required
        flex={1}
        {...form.getInputProps(`rows.${index}.scope`)}
      />
      <TextInput
        label={t("scopeDescription")}
        flex={2}
        {...form.getInputProps(`rows.${index}.description`)}
      />
      <ActionIcon
        size="lg"
        onClick={() => form.removeListItem("rows", index)}
        aria-label={`${t("shared:common.remove")}: ${name}`}
      >
        <Trash2 size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

function valuesOf(resource: Resource | undefined): ApiValues {
  const scopes = Object.entries(resource?.scopes ?? {});
  return {
    identifier: resource?.identifier ?? "",
    name: resource?.name ?? "",
    rows: scopes.map(([scope, description]) => ({ scope, description })),
  };
}
