/** Whom one has picked of a list: some of its rows, or everybody whom its filter finds, loaded or not. */
import { useMemo, useState } from "react";
import type { User, UserFilter } from "./api";

const NOBODY: { ids: ReadonlySet<string>; all: boolean } = { ids: new Set(), all: false };

/** Another search begins with nobody. */
export function usePicked({ search, status }: UserFilter, rows: readonly User[]) {
  const of = `${status} ${search}`;
  const [state, setState] = useState({ of, ...NOBODY });
  const { ids, all } = state.of === of ? state : NOBODY;
  const people = useMemo(() => (all ? rows : rows.filter(({ id }) => ids.has(id))), [all, ids, rows]);
  const shown = useMemo(() => new Set(people.map(({ id }) => id)), [people]);
  return {
    /** Those of the rows; where all are picked, those loaded so far. */
    people,
    ids: shown,
    all,
    some: (chosen: ReadonlySet<string>) => setState({ of, ids: chosen, all: false }),
    everybody: () => setState({ of, ids, all: true }),
    nobody: () => setState({ of, ...NOBODY }),
  };
}
