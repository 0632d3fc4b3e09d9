import { ActionIcon, type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

const SCHEMES = { light: "shell.schemeLight", dark: "shell.schemeDark", auto: "shell.schemeAuto" } as const;

export function ColourScheme({ icon }: { icon: ReactNode }) {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon size="lg" aria-label={t("shell.scheme")}>
          {icon}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(SCHEMES).map(([scheme, label]) => (
          <Menu.Item
            key={scheme}
            fw={scheme === colorScheme ? 600 : 400}
            onClick={() => setColorScheme(scheme as MantineColorScheme)}
          >
            {t(label)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
