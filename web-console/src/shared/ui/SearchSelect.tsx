/** A choice among more than fit into a list: what is typed is searched for by the server. */
import { Select } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

const AFTER = 250;

interface Props {
  label: string;
  description?: ReactNode;
  placeholder?: string;
  error?: ReactNode;
  required?: boolean;
  value?: string | null;
  onChange?: (value: string | null) => void;
  /** What was found for the text that `onSearch` got last. */
  options: readonly { value: string; label: string }[];
  onSearch: (text: string) => void;
}

export function SearchSelect({ options, onSearch, ...props }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const search = useDebouncedCallback(onSearch, AFTER);
  return (
    <Select
      {...props}
      searchable
      clearable
      autoComplete="off"
      data={options}
      filter={({ options: found }) => found}
      searchValue={text}
      onSearchChange={(typed) => {
        setText(typed);
        search(typed.trim());
      }}
      nothingFoundMessage={t("list.noMatch")}
      clearButtonProps={{ "aria-label": t("common.remove") }}
    />
  );
}
