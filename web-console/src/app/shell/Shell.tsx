/** The frame around every page of somebody who is signed in: menu, palette, language, colours, account. */
import { ActionIcon, AppShell, Burger, Group, Menu, NavLink, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import "@mantine/notifications/styles.css";
import { Notifications } from "@mantine/notifications";
import "@mantine/spotlight/styles.css";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Languages, Search, SunMoon, UserRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { signOutEverywhere } from "@/shared/auth/session";
import { chooseLanguage, LANGUAGES, type Language } from "@/shared/i18n/i18n";
import { allowed, type NavSection } from "../navigation";
import { ColourScheme } from "./ColourScheme";
import { Logo } from "./Logo";
import { openPalette, Palette } from "./Palette";
import classes from "./Shell.module.css";

interface Props {
  /** Where the menu's paths start: `/t/acme` or `/platform`. */
  base: string;
  /** The tenant whose people and applications the palette finds. */
  tenant?: string;
  /** What is being administered, as the person reads it. */
  subject: string;
  sections: readonly NavSection[];
  permissions: ReadonlySet<string>;
  /** The person's name. */
  person: string;
  /** Other places that this person may go: label and path. */
  places: readonly { label: string; to: string }[];
  banner?: React.ReactNode;
}

export function Shell(props: Props) {
  const { t, i18n } = useTranslation();
  const [opened, menu] = useDisclosure();
  const { pathname } = useLocation();
  const sections = allowed(props.sections, props.permissions);
  const main = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page is where the keyboard goes on
  useEffect(() => {
    menu.close();
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="lg"
    >
      <a href="#main" className={classes.skip}>
        {t("shell.skip")}
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="md" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t("shell.menu")}
            />
            <Logo />
            <Places subject={props.subject} places={props.places} />
          </Group>
          <Group gap={4} wrap="nowrap">
            <ActionIcon
              size="lg"
              onClick={openPalette}
              aria-label={t("shell.palette")}
              aria-keyshortcuts="Control+K Meta+K"
            >
              <Search size={18} aria-hidden />
            </ActionIcon>
            <Menu position="bottom-end" withArrow>
              <Menu.Target>
                <ActionIcon size="lg" aria-label={t("shell.language")}>
                  <Languages size={18} aria-hidden />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {Object.entries(LANGUAGES).map(([tag, name]) => (
                  <Menu.Item
                    key={tag}
                    lang={tag}
                    onClick={() => void chooseLanguage(tag as Language)}
                    fw={i18n.language === tag ? 600 : 400}
                  >
                    {name}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            <ColourScheme icon={<SunMoon size={18} aria-hidden />} />
            <Menu position="bottom-end" withArrow>
              <Menu.Target>
                <ActionIcon size="lg" aria-label={`${t("shell.account")}: ${props.person}`}>
                  <UserRound size={18} aria-hidden />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>{props.person}</Menu.Label>
                <Menu.Item onClick={() => void signOutEverywhere()}>{t("auth.signOut")}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t("shell.menu")} className={classes.menu ?? ""}>
        {sections.map((section) => (
          <div key={section.items[0]?.path}>
            {section.label && (
              <Text size="xs" fw={600} c="dimmed" px="sm" pt="md" pb={4}>
                {t(`nav.${section.label}`)}
              </Text>
            )}
            {section.items.map((item) => {
              const to = `${props.base}/${item.path}`;
              const isHere = pathname === to || pathname.startsWith(`${to}/`);
              return (
                <NavLink
                  key={item.path}
                  renderRoot={(rest) => <Link {...rest} to={to} />}
                  label={t(`nav.${item.label}`)}
                  leftSection={<item.icon size={17} aria-hidden />}
                  active={isHere}
                  aria-current={isHere ? "page" : undefined}
                  variant="light"
                  className={classes.link ?? ""}
                />
              );
            })}
          </div>
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} className={classes.main ?? ""}>
        {props.banner}
        <Outlet />
      </AppShell.Main>
      <Palette base={props.base} sections={sections} tenant={props.tenant} permissions={props.permissions} />
      <Notifications position="bottom-right" />
    </AppShell>
  );
}

function Places({ subject, places }: { subject: string; places: Props["places"] }) {
  if (places.length === 0) return <Text fw={600}>{subject}</Text>;
  return (
    <Menu position="bottom-start" withArrow>
      <Menu.Target>
        <UnstyledButton fw={600}>{subject} ▾</UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {places.map((place) => (
          <Menu.Item key={place.to} renderRoot={(rest) => <Link {...rest} to={place.to} />}>
            {place.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
