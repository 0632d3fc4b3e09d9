/** Tabs that are pages: each has its URL, and the browser's way back works. So they are links, as assistive technology hears. */
import { Link, useLocation } from "@tanstack/react-router";
import classes from "./LinkTabs.module.css";

export interface LinkTab {
  label: string;
  /** The last part of the URL. */
  path: string;
}

export function LinkTabs({ base, tabs, label }: { base: string; tabs: readonly LinkTab[]; label: string }) {
  const { pathname } = useLocation();
  return (
    <nav aria-label={label}>
      <ul className={classes.list}>
        {tabs.map((tab) => (
          <li key={tab.path}>
            <Link
              to={`${base}/${tab.path}` as string}
              className={classes.tab ?? ""}
              aria-current={pathname.startsWith(`${base}/${tab.path}`) ? "page" : undefined}
            >
              {tab.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
