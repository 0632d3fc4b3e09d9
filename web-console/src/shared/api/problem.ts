/** What the Admin Plane answers when something is wrong (RFC 9457). */
import * as z from "zod/mini";

const Body = z.object({
  title: z.optional(z.string()),
  detail: z.optional(z.string()),
  request_id: z.optional(z.string()),
  errors: z.optional(z.array(z.object({ pointer: z.string(), detail: z.string() }))),
});

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    message: string,
    readonly requestId: string | undefined,
    /** Sentences by the name of the field that they are about, as `redirect_uris` or `settings.lifetimes.code`. */
    readonly fields: Readonly<Record<string, string>>,
    readonly retryAfter: number | undefined,
  ) {
    super(message);
  }

  get isConflict(): boolean {
    return this.status === 412 || this.status === 409;
  }
}

/** Nobody answered at all: the Admin Plane is down, or the network is. */
export class Unreachable extends Error {
  override readonly name: string = "Unreachable";
}

/** The same of the Auth Plane, when a token was to be renewed. */
export class SignInUnreachable extends Unreachable {
  override readonly name = "SignInUnreachable";
}

export async function problemOf(response: Response): Promise<Problem> {
  const parsed = z.safeParse(Body, await response.json().catch(() => ({})));
  const body = parsed.success ? parsed.data : {};
  const fields: Record<string, string> = {};
  for (const { pointer, detail } of body.errors ?? []) fields[fieldOf(pointer)] ??= detail;
  const retryAfter = Number(response.headers.get("retry-after")) || undefined;
  const requestId = body.request_id ?? response.headers.get("x-request-id") ?? undefined;
  return new Problem(
    response.status,
    body.detail ?? body.title ?? response.statusText,
    requestId,
    fields,
    retryAfter,
  );
}

/** `#/settings/lifetimes/code` (RFC 6901) as `settings.lifetimes.code`. */
function fieldOf(pointer: string): string {
  const parts = pointer.replace(/^#?\//, "").split("/");
  return parts.map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")).join(".");
}
