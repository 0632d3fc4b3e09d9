/** What makes a write safe: `If-Match` on changes (RFC 9110 §13.1.1), `Idempotency-Key` on creates. */

export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/** Only where there is nothing of this name yet (RFC 9110 §13.1.2). */
export const IF_NONE = { "If-None-Match": "*" } as const;

/** One key for each thing to be made: keep it while the same form is sent again. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
