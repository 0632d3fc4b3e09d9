/** What is looked for in an audit: when, what, how it ended; on demand who, what it was done to, through what, from where. */
import { Button, Group, MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Plus, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { PersonSelect } from "@/shared/ui/PersonSelect";
import type { AuditType, Scope } from "./api";
import { type AuditFilter, PERIODS, SUBJECTS, type Subject } from "./filter";
import { TYPES } from "./types";
import { useEventWords } from "./words";

type Change = (changes: { [Name in keyof AuditFilter]?: string | undefined }) => void;

interface Props {
  scope: Scope;
  filter: AuditFilter;
  onChange: Change;
  /** Those that the page itself decides. */
  fixed: readonly Subject[];
  /** What else stands in the row. */
  actions: ReactNode;
}

export function EventFilters({ scope, filter, onChange, fixed, actions }: Props) {
  const { t } = useTranslation("audit");
  const free = SUBJECTS.filter((subject) => !fixed.includes(subject));
  const used = free.some((subject) => filter[subject]);
  const [more, setMore] = useState(used);
  const toggle = () => {
    setMore(!more);
    if (more && used) onChange(Object.fromEntries(free.map((subject) => [subject, undefined])));
  };
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="start" gap="xs">
        <Group gap="xs">
          <Times filter={filter} onChange={onChange} />
          <Types filter={filter} onChange={onChange} />
          <Select
            aria-label={t("outcome")}
            w={150}
            value={filter.outcome ?? ""}
            onChange={(outcome) => onChange({ outcome: outcome || undefined })}
            data={[
              { value: "", label: t("anyOutcome") },
              { value: "success", label: t("success") },
              { value: "failure", label: t("failure") },
            ]}
            allowDeselect={false}
          />
          <Button
            variant="default"
            px="xs"
            leftSection={more ? <X size={16} aria-hidden /> : <Plus size={16} aria-hidden />}
            onClick={toggle}
          >
            {t(more ? "lessFilters" : "moreFilters")}
          </Button>
        </Group>
        {actions}
      </Group>
      {more && (
        <Group gap="xs" align="end">
          {free.map((subject) => (
            <SubjectField
              key={subject}
              scope={scope}
              subject={subject}
              value={filter[subject]}
              onChange={(value) => onChange({ [subject]: value || undefined })}
            />
          ))}
        </Group>
      )}
    </Stack>
  );
}

function Times({ filter, onChange }: { filter: AuditFilter; onChange: Change }) {
  const { t } = useTranslation("audit");
  const isOwn = Boolean(filter.since || filter.until);
  const [own, setOwn] = useState(isOwn);
  const choose = (chosen: string | null) => {
    setOwn(chosen === "own");
    const period = chosen === "own" ? undefined : chosen || undefined;
    onChange({ period, since: undefined, until: undefined });
  };
  return (
    <>
      <Select
        aria-label={t("period")}
        w={190}
        value={own ? "own" : (filter.period ?? "")}
        onChange={choose}
        data={[
          { value: "", label: t("periods.all") },
          ...PERIODS.map((period) => ({ value: period, label: t(`periods.${period}`) })),
          { value: "own", label: t("periods.own") },
        ]}
        allowDeselect={false}
      />
      {own && (
        <>
          <Moment label={t("since")} value={filter.since} onChange={(since) => onChange({ since })} />
          <Moment label={t("until")} value={filter.until} onChange={(until) => onChange({ until })} />
        </>
      )}
    </>
  );
}

/** A moment in the person's own time zone; in the URL it stands in UTC. */
function Moment(props: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <TextInput
      type="datetime-local"
      aria-label={props.label}
      title={props.label}
      w={210}
      value={localOf(props.value)}
      onChange={(event) => {
        const given = event.currentTarget.value;
        props.onChange(given ? new Date(given).toISOString() : undefined);
      }}
    />
  );
}

function localOf(value: string | undefined): string {
  const moment = value ? new Date(value) : undefined;
  if (!moment || Number.isNaN(moment.getTime())) return "";
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function Types({ filter, onChange }: { filter: AuditFilter; onChange: Change }) {
  const { t } = useTranslation("audit");
  const words = useEventWords();
  const chosen = filter.type?.split(",").filter((type) => TYPES.includes(type as AuditType)) ?? [];
  return (
    <MultiSelect
      aria-label={t("typeFilter.label")}
      placeholder={chosen.length === 0 ? t("typeFilter.any") : ""}
      miw={240}
      maw={520}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("typeFilter.any") }}
      value={chosen}
      onChange={(types) => onChange({ type: types.join(",") })}
      data={TYPES.map((type) => ({ value: type, label: words.type(type) }))}
      nothingFoundMessage={t("typeFilter.none")}
    />
  );
}

function SubjectField(props: {
  scope: Scope;
  subject: Subject;
  value: string | undefined;
  onChange: (value: string) => void;
}) {
  const { scope, subject, value, onChange } = props;
  const { t } = useTranslation("audit");
  const may = useMay();
  const [text, setText] = useState(value ?? "");
  const change = useDebouncedCallback(onChange, 300);
  if (subject === "actor_id" && scope !== "platform" && may("user:read")) {
    return <PersonSelect label={t("who")} value={value ?? null} onChange={(id) => onChange(id ?? "")} />;
  }
  return (
    <TextInput
      label={t(`subjects.${subject}`)}
      placeholder={t(`subjectHints.${subject}`)}
      w={210}
      spellCheck={false}
      autoComplete="off"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        change(event.currentTarget.value.trim());
      }}
    />
  );
}
