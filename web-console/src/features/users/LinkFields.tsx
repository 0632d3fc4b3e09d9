/** How a one-time link is made: how long it is good, and whether it is mailed. */
import { Checkbox, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { components } from "@/shared/api/schema.gen";
import { formatDuration } from "@/shared/i18n/format";

export type LinkKind = components["schemas"]["LinkKind"];

/** What is offered, in seconds; `undefined` asks for what is usual: a week for an invitation, a day for a reset. */
const LIVES: Record<LinkKind, readonly number[]> = {
  invitation: [3600, 86_400, 604_800, 2_592_000],
  password_reset: [900, 3600, 86_400, 604_800],
};
export const USUAL: Record<LinkKind, number> = { invitation: 604_800, password_reset: 86_400 };

export interface LinkForm {
  lifetime: number;
  mailed: boolean;
}

interface Props {
  kind: LinkKind;
  value: LinkForm;
  onChange: (value: LinkForm) => void;
  /** Whether there is an address to be mailed to. */
  hasEmail: boolean;
  error?: string | undefined;
}

export function LinkFields({ kind, value, onChange, hasEmail, error }: Props) {
  const { t } = useTranslation("users");
  return (
    <>
      <Select
        label={t("linkLifetime")}
        data={LIVES[kind].map((seconds) => ({ value: String(seconds), label: formatDuration(seconds) }))}
        value={String(value.lifetime)}
        onChange={(seconds) => seconds && onChange({ ...value, lifetime: Number(seconds) })}
        allowDeselect={false}
        maw={260}
        error={error}
      />
      <Checkbox
        label={t("linkMailed")}
        description={hasEmail ? t("linkMailedHint") : t("linkNoEmail")}
        checked={value.mailed && hasEmail}
        disabled={!hasEmail}
        onChange={(event) => onChange({ ...value, mailed: event.currentTarget.checked })}
      />
    </>
  );
}
