/** What somebody looks for in an audit, as it stands in the URL. */
import * as z from "zod/mini";

export const PERIODS = ["1h", "24h", "7d", "30d"] as const;
export type Period = (typeof PERIODS)[number];

const HOUR = 3_600_000;
const LENGTHS: Record<Period, number> = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR };

const text = z.optional(z.string());

/** The search parameters of a page that shows an audit. */
export const AuditSearch = z.object({
  period: z.catch(z.optional(z.enum(PERIODS)), undefined),
  since: text,
  until: text,
  type: text,
  outcome: z.catch(z.optional(z.enum(["success", "failure"])), undefined),
  actor_id: text,
  target: text,
  client_id: text,
  ip: text,
  sort: z.catch(z.optional(z.enum(["at", "-at"])), undefined),
});
export type AuditFilter = z.infer<typeof AuditSearch>;

/** The filters that are about somebody or something, beside time, type and outcome. */
export const SUBJECTS = ["actor_id", "target", "client_id", "ip"] as const;
export type Subject = (typeof SUBJECTS)[number];

/** What the API is asked for: everything that is given. */
type Query = { [Name in keyof Omit<AuditFilter, "period" | "sort">]?: NonNullable<AuditFilter[Name]> };

/** The filter as the API takes it, without whatever else stands in the URL, where a period ends `now`; milliseconds since 1970. */
export function queryOf(filter: AuditFilter, now: number): Query {
  const { period, type, outcome, until } = filter;
  const since = period ? new Date(now - LENGTHS[period]).toISOString() : filter.since;
  const subjects = SUBJECTS.map((subject) => [subject, filter[subject]] as const);
  const given = { since, until, type, outcome, ...Object.fromEntries(subjects) };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value));
}

/** Whether anything is looked for. */
export function isNarrow({ sort: _, ...filter }: AuditFilter): boolean {
  return Object.values(filter).some(Boolean);
}
