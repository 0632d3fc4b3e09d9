/** A group's name and what it is for, new or old. */
import { Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FormActions, SaveError, showFieldErrors } from "@/shared/ui/forms";
import type { Group } from "./api";

export interface GroupValues {
  name: string;
  description: string;
}

interface Props {
  group?: Group;
  readOnly?: boolean;
  label?: string;
  onSave: (values: GroupValues) => Promise<void>;
  onCancel?: () => void;
  onReload?: () => void;
}

export function GroupForm({ group, readOnly = false, label, onSave, onCancel, onReload }: Props) {
  const { t } = useTranslation("groups");
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>();
  const form = useForm<GroupValues>({
    mode: "uncontrolled",
    initialValues: { name: group?.name ?? "", description: group?.description ?? "" },
  });
  const submit = async ({ name, description }: GroupValues) => {
    setSaving(true);
    try {
      await onSave({ name: name.trim(), description: description.trim() });
      setError(undefined);
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    } finally {
      setSaving(false);
    }
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack>
        <TextInput
          label={t("name")}
          required
          readOnly={readOnly}
          autoComplete="off"
          maw={480}
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <Textarea
          label={t("groupDescription")}
          description={t("groupDescriptionHint")}
          readOnly={readOnly}
          autosize
          minRows={2}
          key={form.key("description")}
          {...form.getInputProps("description")}
        />
        <SaveError error={error} onReload={onReload} />
        {!readOnly && (
          <FormActions saving={saving} {...(label ? { label } : {})} {...(onCancel ? { onCancel } : {})} />
        )}
      </Stack>
    </form>
  );
}
