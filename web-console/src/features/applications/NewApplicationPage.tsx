/** A new application, by what it is: the kind decides how it authenticates, and what is asked here. */
import { Badge, Group, Paper, Radio, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { FormActions, SaveError, showFieldErrors } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";
import { type Client, type ClientKind, createHeaders, useCreateClient, useKinds } from "./api";
import { CreatedApplication } from "./CreatedApplication";
import { lines } from "./fields";

type Made = Client & { client_secret: string | null };

export function NewApplicationPage() {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const kinds = useKinds();
  const [made, setMade] = useState<Made>();
  const crumbs = [{ label: t("title"), to: `/t/${tenant}/applications` }];
  if (made) {
    return (
      <Page title={made.client_name} crumbs={crumbs}>
        <CreatedApplication client={made} secret={made.client_secret} />
      </Page>
    );
  }
  return (
    <Page title={t("newTitle")} crumbs={crumbs}>
      <Loaded query={kinds}>{({ items }) => <NewForm kinds={items} onMade={setMade} />}</Loaded>
    </Page>
  );
}

interface KindDefaults {
  kind: ClientKind;
  is_redirected: boolean;
}

function NewForm({ kinds, onMade }: { kinds: KindDefaults[]; onMade: (client: Made) => void }) {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const navigate = useNavigate();
  const create = useCreateClient();
  const [headers] = useState(createHeaders);
  const [error, setError] = useState<unknown>();
  const form = useForm<{ kind: ClientKind; client_name: string; redirect_uris: string }>({
    initialValues: { kind: "web", client_name: "", redirect_uris: "" },
  });
  const isRedirected = kinds.find((one) => one.kind === form.values.kind)?.is_redirected ?? true;
  const submit = async ({ kind, client_name, redirect_uris }: typeof form.values) => {
    const redirects = isRedirected ? { redirect_uris: lines(redirect_uris) } : {};
    try {
      onMade(
        await create.mutateAsync({
          params: { path: { tenant } },
          headers,
          body: { kind, client_name: client_name.trim(), ...redirects },
        }),
      );
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack maw={820}>
        <Radio.Group label={t("kind")} {...form.getInputProps("kind")}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} mt="xs">
            {kinds.map(({ kind }) => (
              <Radio.Card key={kind} value={kind} p="md" radius="md">
                <Group wrap="nowrap" align="start">
                  <Radio.Indicator />
                  <div>
                    <Text fw={600}>{t(`kinds.${kind}.name`)}</Text>
                    <Text size="sm" c="dimmed">
                      {t(`kinds.${kind}.hint`)}
                    </Text>
                    <Badge mt={6} color="gray">
                      {t(`kinds.${kind}.flow`)}
                    </Badge>
                  </div>
                </Group>
              </Radio.Card>
            ))}
          </SimpleGrid>
        </Radio.Group>
        <Paper withBorder p="lg">
          <Stack>
            <TextInput
              label={t("name")}
              description={t("nameHint")}
              required
              autoComplete="off"
              {...form.getInputProps("client_name")}
            />
            {isRedirected && (
              <Textarea
                label={t("redirectUris")}
                description={t("redirectUrisHint")}
                placeholder={t(`kinds.${form.values.kind}.redirect`)}
                required
                autosize
                minRows={2}
                spellCheck={false}
                {...form.getInputProps("redirect_uris")}
              />
            )}
            <SaveError error={error} />
            <FormActions
              saving={create.isPending}
              label={t("add")}
              onCancel={() => void navigate({ to: "/t/$tenant/applications", params: { tenant } })}
            />
          </Stack>
        </Paper>
      </Stack>
    </form>
  );
}
