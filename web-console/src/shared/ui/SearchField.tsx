/** A search that follows the typing, a moment behind it. */
import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

const AFTER = 250;

export function SearchField(props: { value: string; onSearch: (text: string) => void; placeholder: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState(props.value);
  const search = useDebouncedCallback(props.onSearch, AFTER);
  const change = (value: string) => {
    setText(value);
    search(value.trim());
  };
  return (
    <TextInput
      type="search"
      aria-label={t("common.search")}
      placeholder={props.placeholder}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={
        text && <CloseButton size="sm" aria-label={t("common.remove")} onClick={() => change("")} />
      }
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      w={{ base: "100%", sm: 320 }}
    />
  );
}
