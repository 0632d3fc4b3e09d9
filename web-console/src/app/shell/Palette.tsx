/** The keyboard's way to every page (Ctrl+K or ⌘K). */
import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { NavSection } from "../navigation";

export function Palette({ base, sections }: { base: string; sections: readonly NavSection[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const actions: SpotlightActionData[] = sections.flatMap((section) =>
    section.items.map((item) => ({
      id: item.path,
      label: t(`nav.${item.label}`),
      leftSection: <item.icon size={18} aria-hidden />,
      onClick: () => void navigate({ to: `${base}/${item.path}` }),
    })),
  );
  return (
    <Spotlight
      actions={actions}
      nothingFound={t("shell.paletteNothing")}
      highlightQuery
      shortcut="mod + K"
      searchProps={{
        leftSection: <Search size={18} aria-hidden />,
        placeholder: t("shell.palette"),
        "aria-label": t("shell.palette"),
      }}
    />
  );
}
