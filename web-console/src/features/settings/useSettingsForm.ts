/** A form over settings that others may change meanwhile: what was typed is never lost, and only that is sent. */
import { useForm } from "@mantine/form";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ifMatch } from "@/shared/api/headers";
import { Problem } from "@/shared/api/problem";
import { useTenant } from "@/shared/api/tenant";
import { say, showFieldErrors } from "@/shared/ui/forms";
import { type Settings, type SettingsChanges, useConfigure, useSettings } from "./api";
import { patchOf, rebased } from "./changes";

/** `toValues` gives the form's values, named and nested as the settings are, so that errors find their fields. */
export function useSettingsForm<Values extends object>(
  settings: Settings,
  toValues: (of: Settings) => Values,
) {
  const { t } = useTranslation("shared");
  const tenant = useTenant();
  const query = useSettings(tenant);
  const configure = useConfigure();
  const [error, setError] = useState<unknown>();
  const [isRebased, setIsRebased] = useState(false);
  const base = useRef(settings);
  const form = useForm<Values>({ initialValues: toValues(settings) });

  const take = (present: Settings) => {
    const values = rebased(form.getValues(), toValues(base.current), toValues(present));
    base.current = present;
    form.setInitialValues(toValues(present));
    form.setValues(values);
  };
  const isChanged = patchOf(toValues(base.current), form.getValues()) !== undefined;
  // A newer state is taken where nothing was typed, or where it says the same about all that the form shows.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new state of the settings is a reason
  useEffect(() => {
    if (settings.version <= base.current.version) return;
    const isElsewhere = patchOf(toValues(base.current), toValues(settings)) === undefined;
    if (!isChanged || isElsewhere) take(settings);
  }, [settings]);

  const save = async (values: Values) => {
    const body = (patchOf(toValues(base.current), values) ?? {}) as SettingsChanges;
    const where = { path: { tenant }, header: ifMatch(base.current.version) };
    try {
      const saved = await configure.mutateAsync({ params: where, body });
      base.current = saved;
      form.setInitialValues(toValues(saved));
      form.setValues(toValues(saved));
      setError(undefined);
      setIsRebased(false);
      say(t("common.saved"));
    } catch (failure) {
      setError(showFieldErrors(form, failure) ? undefined : failure);
    }
  };
  const reload = async () => {
    const { data } = await query.refetch();
    if (!data) return;
    take(data);
    setError(undefined);
    setIsRebased(true);
  };
  return {
    form,
    error,
    isChanged,
    isRebased,
    isSaving: configure.isPending,
    submit: form.onSubmit((values) => void save(values)),
    reset: () => {
      form.setValues(toValues(base.current));
      form.clearErrors();
      setError(undefined);
    },
    onReload: error instanceof Problem && error.status === 412 ? () => void reload() : undefined,
  };
}
