/** A choice among more than fit into a list: what is typed is searched for by the server. */
import { Select } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

const AFTER = 250;

export interface Option {
  value: string;
  label: string;
  disabled?: boolean;
}

interface Props {
  label: string;
  description?: ReactNode;
  placeholder?: string;
  error?: ReactNode;
  required?: boolean;
  miw?: number;
  value?: string | null;
  onChange?: (value: string | null) => void;
  /** What was found for the text that `onSearch` got last. */
  options: readonly Option[];
  onSearch: (text: string) => void;
}

export function SearchSelect({ options, onSearch, onChange, ...props }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  // The one chosen keeps its name, whatever is found later.
  const [chosen, setChosen] = useState<Option>();
  const written = useRef<string>(undefined);
  const search = useDebouncedCallback(onSearch, AFTER);
  const listed = new Set(options.map(({ value }) => value));
  return (
    <Select
      {...props}
      searchable
      clearable
      autoComplete="off"
      data={chosen && !listed.has(chosen.value) ? [...options, chosen] : options}
      filter={({ options: all }) => all.filter((option) => "value" in option && listed.has(option.value))}
      onChange={(value) => {
        const found = options.find((option) => option.value === value);
        written.current = found?.label;
        setChosen(found);
        onChange?.(value);
      }}
      searchValue={text}
      onSearchChange={(typed) => {
        setText(typed);
        if (typed !== written.current) search(typed.trim()); // a choice writes its own name there
      }}
      nothingFoundMessage={t("list.noMatch")}
      clearButtonProps={{ "aria-label": t("common.remove") }}
    />
  );
}
