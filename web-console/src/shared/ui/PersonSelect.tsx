/** Chooses one person among all, whom the server finds while one types. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { displayName, type Person, usePeople, usePerson } from "@/shared/api/people";
import { useTenant } from "@/shared/api/tenant";
import { SearchSelect } from "./SearchSelect";

interface Props {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
}

export function PersonSelect({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const [search, setSearch] = useState("");
  const found = usePeople(tenant, search).data?.items ?? [];
  // A link may name somebody whom no search has found yet.
  const [linked] = useState(value);
  const named = usePerson(tenant, linked).data;
  const people = named && !found.some(({ id }) => id === named.id) ? [...found, named] : found;
  return (
    <SearchSelect
      label={label}
      placeholder={t("people.choose")}
      options={people.map((person) => ({ value: person.id, label: called(person) }))}
      onSearch={setSearch}
      value={value}
      onChange={onChange}
      miw={320}
    />
  );
}

function called(person: Person): string {
  const name = displayName(person);
  return name ? `${person.username} · ${name}` : person.username;
}
