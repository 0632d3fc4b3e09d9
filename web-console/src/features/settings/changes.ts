/** What a form changes of the settings, as a merge patch (RFC 7396), and what stays of it when they change meanwhile. */

type Plain = { readonly [name: string]: unknown };

/** The parts of `values` that differ from `base`; undefined where none does. Lists are taken as a whole. */
export function patchOf(base: unknown, values: unknown): unknown {
  if (!isPlain(values) || !isPlain(base)) return same(base, values) ? undefined : values;
  const changed = Object.entries(values)
    .map(([name, value]) => [name, patchOf(base[name], value)] as const)
    .filter(([, value]) => value !== undefined);
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

/** `present`, with what was typed over `base` put over it. */
export function rebased<T>(typed: T, base: T, present: T): T {
  if (!isPlain(typed) || !isPlain(base) || !isPlain(present)) return same(typed, base) ? present : typed;
  const parts = Object.keys(typed).map((name) => [name, rebased(typed[name], base[name], present[name])]);
  return Object.fromEntries(parts) as T;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
