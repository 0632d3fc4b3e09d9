/** The keyboard's way to every page, person and application (Ctrl+K or ⌘K). */
import {
  createSpotlight,
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
  type SpotlightFilterFunction,
} from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { AppWindow, Search, UserRound } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { displayName } from "@/shared/api/people";
import type { NavSection } from "../navigation";
import classes from "./Palette.module.css";
import { type Found, useFound } from "./search";

const [store, palette] = createSpotlight();
/** Opens it from elsewhere. */
export const openPalette = palette.open;

interface Props {
  base: string;
  sections: readonly NavSection[];
  /** Whose people and applications are found; none on the platform's pages. */
  tenant?: string | undefined;
  permissions: ReadonlySet<string>;
}

export function Palette({ base, sections, tenant, permissions }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const found = useFound(tenant, typed, permissions);
  useFirstSelected(found);
  const go = (path: string) => () => void navigate({ to: `${base}/${path}` });
  const pages: SpotlightActionData[] = sections.flatMap((section) =>
    section.items.map((item) => ({
      id: item.path,
      label: t(`nav.${item.label}`),
      leftSection: <item.icon size={18} aria-hidden />,
      onClick: go(item.path),
    })),
  );
  const people: SpotlightActionData[] = found.people.map((person) => ({
    id: `user ${person.id}`,
    label: displayName(person) ?? person.username,
    description: [person.username, person.email].filter(Boolean).join(" · "),
    leftSection: <UserRound size={18} aria-hidden />,
    onClick: go(`users/${person.id}/profile`),
  }));
  const applications: SpotlightActionData[] = found.applications.map((client) => ({
    id: `client ${client.client_id}`,
    label: client.client_name,
    description: client.client_id,
    leftSection: <AppWindow size={18} aria-hidden />,
    onClick: go(`applications/${client.client_id}/settings`),
  }));
  const groups: SpotlightActionGroupData[] = [
    { group: t("shell.pages"), actions: pages },
    { group: t("nav.users"), actions: people },
    { group: t("nav.applications"), actions: applications },
  ];
  return (
    <Spotlight
      store={store}
      actions={groups}
      filter={(query, actions) => pagesNamed(query, actions, t("shell.pages"))}
      query={typed}
      onQueryChange={setTyped}
      attributes={{ content: { "aria-label": t("shell.palette") } }}
      classNames={{ actionDescription: classes.description ?? "" }}
      nothingFound={t(found.isSearching ? "shell.paletteSearching" : "shell.paletteNothing")}
      highlightQuery
      scrollable
      maxHeight={460}
      shortcut="mod + K"
      searchProps={{
        leftSection: <Search size={18} aria-hidden />,
        placeholder: t("shell.palette"),
        "aria-label": t("shell.palette"),
      }}
    />
  );
}

/** Enter opens the first of what the server has found, too: the palette itself selects only what is there at once. */
function useFirstSelected(found: Found): void {
  const first = found.people[0]?.id ?? found.applications[0]?.client_id;
  useEffect(() => {
    const list = document.getElementById(store.getState().listId);
    if (first === undefined || !list || list.querySelector("[data-selected]")) return;
    list.querySelector("[data-action]")?.setAttribute("data-selected", "true");
    store.updateState((state) => ({ ...state, selected: 0 }));
  }, [first]);
}

type Actions = Parameters<SpotlightFilterFunction>[1];

/** Pages by any part of their names; what the server has found stays as it came. */
function pagesNamed(query: string, actions: Actions, pages: string): Actions {
  const wanted = query.trim().toLocaleLowerCase();
  return actions
    .map((group) => {
      if (!("actions" in group) || group.group !== pages) return group;
      const named = group.actions.filter(({ label }) => label?.toLocaleLowerCase().includes(wanted));
      return { ...group, actions: named };
    })
    .filter((group) => !("actions" in group) || group.actions.length > 0);
}
