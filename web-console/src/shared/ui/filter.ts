/** What a list shows, kept in the URL: a link, a reload and the way back show the same list. */
import { useLocation, useNavigate } from "@tanstack/react-router";

type Changes<Filter> = { [Name in keyof Filter]?: string | undefined };

/** The filter, as the page's route has validated it, and what changes a part; an empty text takes the part away. */
export function useFilter<Filter extends object>(): [Filter, (changes: Changes<Filter>) => void] {
  const filter = useLocation().search as Filter;
  const navigate = useNavigate();
  const change = (changes: Changes<Filter>) => {
    const given = Object.fromEntries(
      Object.entries(changes).map(([name, value]) => [name, value || undefined]),
    );
    const search = ((before: object) => ({ ...before, ...given })) as never; // each page validates its own
    void navigate({ to: ".", search, replace: true });
  };
  return [filter, change];
}
