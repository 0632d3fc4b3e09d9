/** A role of the tenant's own, new or old: its name, what it is for, and what it allows. */
import { Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Permission } from "@/shared/api/roles";
import { FormActions, SaveError, showFieldErrors } from "@/shared/ui/forms";
import { PermissionChoice } from "./PermissionChoice";

export interface RoleValues {
  name: string;
  description: string;
  permissions: Permission[];
}

interface Props {
  initial: RoleValues;
  /** A role keeps its name for ever. */
  isNew: boolean;
  readOnly?: boolean;
  label?: string;
  onSave: (values: RoleValues) => Promise<void>;
  onCancel?: () => void;
  onReload?: () => void;
}

export function RoleForm({ initial, isNew, readOnly = false, label, onSave, onCancel, onReload }: Props) {
  const { t } = useTranslation("roles");
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>();
  const form = useForm<RoleValues>({ initialValues: initial });
  const submit = async (values: RoleValues) => {
    setSaving(true);
    try {
      await onSave({ ...values, name: values.name.trim(), description: values.description.trim() });
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
        {isNew && (
          <TextInput
            label={t("name")}
            description={t("nameHint")}
            required
            autoComplete="off"
            spellCheck={false}
            maw={480}
            {...form.getInputProps("name")}
          />
        )}
        <TextInput
          label={t("roleDescription")}
          readOnly={readOnly}
          autoComplete="off"
          {...form.getInputProps("description")}
        />
        <PermissionChoice
          value={new Set(form.values.permissions)}
          onChange={(permissions) => form.setFieldValue("permissions", [...permissions])}
          readOnly={readOnly}
          error={form.errors.permissions as string | undefined}
        />
        <SaveError error={error} onReload={onReload} />
        {!readOnly && (
          <FormActions saving={saving} {...(label ? { label } : {})} {...(onCancel ? { onCancel } : {})} />
        )}
      </Stack>
    </form>
  );
}
