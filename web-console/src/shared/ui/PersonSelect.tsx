/** Chooses one person among all, whom the server finds while one types. */
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { displayName, type Person, usePeople } from "@/shared/api/people";
import { useTenant } from "@/shared/api/tenant";

/** Milliseconds that a search waits for the next key. */
const AFTER = 250;

interface Props {
  label: string;
  value: string | null;
  onChange: (id: string | null, person?: Person) => void;
  flex?: number;
}

export function PersonSelect({ label, value, onChange, flex }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const [wanted] = useDebouncedValue(search.trim(), AFTER);
  const people = usePeople(useTenant(), wanted);
  const found = people.data?.items ?? [];
  return (
    <Select
      label={label}
      placeholder={t("people.choose")}
      searchable
      clearable
      data={found.map((person) => ({ value: person.id, label: called(person) }))}
      filter={({ options }) => options}
      searchValue={search}
      onSearchChange={setSearch}
      value={value}
      onChange={(id) =>
        onChange(
          id,
          found.find((person) => person.id === id),
        )
      }
      nothingFoundMessage={t("people.nobody")}
      {...(flex ? { flex } : {})}
      miw={320}
    />
  );
}

function called(person: Person): string {
  const name = displayName(person);
  return name ? `${person.username} · ${name}` : person.username;
}
