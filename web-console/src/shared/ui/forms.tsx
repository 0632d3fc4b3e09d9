/** What every form shares: the server's word on each field, conflicts explained, one way to save. */
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/shared/api/problem";
import { Failed, messageOf } from "./states";

/** Puts the server's sentences beside the fields that the form shows; true where all of them found their place. */
export function showFieldErrors(form: FormLike, error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  const names = Object.keys(error.fields);
  if (names.length === 0) return false;
  const values = form.getValues() as Record<string, unknown>;
  const known = names.filter((name) => has(values, name));
  form.setErrors(Object.fromEntries(known.map((name) => [name, error.fields[name]])));
  return known.length === names.length;
}

interface FormLike {
  getValues: () => unknown;
  setErrors: (errors: Record<string, string | undefined>) => void;
}

function has(values: unknown, path: string): boolean {
  let at: unknown = values;
  for (const part of path.split(".")) {
    if (typeof at !== "object" || at === null || !(part in at)) return false;
    at = (at as Record<string, unknown>)[part];
  }
  return true;
}

/** The error of a save: conflicts offer the present state, fields point at themselves, all else says what it is. */
export function SaveError({ error, onReload }: { error: unknown; onReload?: (() => void) | undefined }) {
  const { t } = useTranslation();
  if (!error) return null;
  if (error instanceof Problem && error.status === 412) {
    return (
      <Alert color="yellow" icon={<TriangleAlert />} title={t("errors.conflict")} role="alert">
        <Stack gap="xs" align="start">
          <Text size="sm">{t("errors.conflictHint")}</Text>
          {onReload && (
            <Button size="xs" variant="default" onClick={onReload}>
              {t("errors.reload")}
            </Button>
          )}
        </Stack>
      </Alert>
    );
  }
  if (error instanceof Problem && Object.keys(error.fields).length > 0) {
    return (
      <Alert color="red" icon={<TriangleAlert />} title={t("errors.fields")} role="alert">
        {Object.entries(error.fields).map(([name, sentence]) => (
          <Text key={name} size="sm">
            {name}: {sentence}
          </Text>
        ))}
      </Alert>
    );
  }
  return <Failed error={error} />;
}

/** The foot of a form. */
export function FormActions(props: {
  saving: boolean;
  label?: string;
  onCancel?: () => void;
  disabled?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" mt="md">
      {props.onCancel && (
        <Button variant="default" onClick={props.onCancel}>
          {t("common.cancel")}
        </Button>
      )}
      <Button type="submit" loading={props.saving} disabled={props.disabled ?? false}>
        {props.label ?? t("common.save")}
      </Button>
    </Group>
  );
}

/** Says for a moment that something was done. */
export function say(message: string): void {
  notifications.show({ message, color: "green", autoClose: 4000, closeButtonProps: closeButton() });
}

/** Says that something asked for outside of a form failed. */
export function sayFailed(title: string, error: unknown): void {
  const said = messageOf(error);
  const id = error instanceof Problem ? error.requestId : undefined;
  const message = id ? `${said} (${id})` : said;
  notifications.show({ title, message, color: "red", autoClose: 10_000, closeButtonProps: closeButton() });
}

function closeButton(): { "aria-label": string } {
  return { "aria-label": i18next.t("common.close") };
}
