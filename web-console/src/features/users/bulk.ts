/** One thing done to many people: by the Admin Plane where a filter says whom, one by one where they are picked. */
import { fetchClient } from "@/shared/api/client";
import { Problem } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema.gen";
import { linesOf } from "@/shared/api/stream";
import type { User, UserFilter } from "./api";
import type { RunLine } from "./run";

export type BulkAction = components["schemas"]["BulkAction"] | "assign";
export type Target = { picked: readonly User[] } | { found: UserFilter };

export interface BulkTask {
  tenant: string;
  action: BulkAction;
  /** The role to be assigned. */
  role?: string | undefined;
  target: Target;
  /** The person's own id: nobody is among those to whom they do something. */
  me: string;
  /** What to say of that. */
  thatIsYou: string;
}

export interface BulkCounts {
  done: number;
  not_done: number;
}

export interface BulkRefusal {
  user_id: string;
  username: string;
  reason: string;
}

type BulkLine = RunLine<BulkCounts, BulkRefusal>;

const USER = "/api/v1/tenants/{tenant}/users/{user_id}";
/** How many are worked on at once, where they are picked. */
const AT_ONCE = 4;
const PAGE = 200;

export function runBulk(task: BulkTask, signal: AbortSignal, dryRun = false): AsyncGenerator<BulkLine> {
  if ("picked" in task.target) return oneByOne(task, asyncOf(task.target.picked), signal);
  if (task.action === "assign")
    return oneByOne(task, everybody(task.tenant, task.target.found, signal), signal);
  return byFilter(task.tenant, task.action, task.target.found, signal, dryRun);
}

async function* byFilter(
  tenant: string,
  action: components["schemas"]["BulkAction"],
  { search, status }: UserFilter,
  signal: AbortSignal,
  dry_run: boolean,
): AsyncGenerator<BulkLine> {
  const { data } = await fetchClient().POST("/api/v1/tenants/{tenant}/user-bulk", {
    params: { path: { tenant } },
    body: { action, search: search ?? "", status: status ?? null, dry_run },
    parseAs: "stream",
    signal,
  });
  if (data) yield* linesOf<BulkLine>(data as unknown as ReadableStream<Uint8Array>);
}

async function* oneByOne(
  task: BulkTask,
  people: AsyncIterable<User>,
  signal: AbortSignal,
): AsyncGenerator<BulkLine> {
  const counts = { done: 0, not_done: 0 };
  let some: User[] = [];
  const finish = async function* (): AsyncGenerator<BulkLine> {
    for (const refusal of await Promise.all(some.map((user) => attempt(task, user, signal)))) {
      if (refusal) {
        counts.not_done += 1;
        yield { type: "refused", ...refusal };
      } else counts.done += 1;
    }
    some = [];
    yield { type: "progress", ...counts };
  };
  for await (const user of people) {
    signal.throwIfAborted();
    some.push(user);
    if (some.length === AT_ONCE) yield* finish();
  }
  yield* finish();
  yield { type: "done", ...counts };
}

/** What keeps it from being done to this person; undefined where it is done. */
async function attempt(task: BulkTask, user: User, signal: AbortSignal): Promise<BulkRefusal | undefined> {
  const refused = (reason: string) => ({ user_id: user.id, username: user.username, reason });
  if (user.id === task.me && task.action !== "assign") return refused(task.thatIsYou);
  try {
    await act(task, user.id, signal);
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return refused(error.message);
    throw error;
  }
}

function act({ tenant, action, role }: BulkTask, user_id: string, signal: AbortSignal): Promise<unknown> {
  const where = { params: { path: { tenant, user_id } }, signal };
  const client = fetchClient();
  switch (action) {
    case "disable":
      return client.POST(`${USER}/disable`, where);
    case "enable":
      return client.POST(`${USER}/enable`, where);
    case "delete":
      return client.DELETE(USER, where);
    case "end_sessions":
      return client.DELETE(`${USER}/sessions`, where);
    case "assign":
      return client.PUT(`${USER}/roles/{role}`, {
        params: { path: { tenant, user_id, role: role ?? "" } },
        signal,
      });
  }
}

async function* everybody(tenant: string, filter: UserFilter, signal: AbortSignal): AsyncGenerator<User> {
  let cursor: string | undefined;
  do {
    const { search, status } = filter;
    const query = {
      limit: PAGE,
      ...(search ? { search } : {}),
      ...(status ? { status } : {}),
      ...(cursor ? { cursor } : {}),
    };
    const { data } = await fetchClient().GET("/api/v1/tenants/{tenant}/users", {
      params: { path: { tenant }, query },
      signal,
    });
    yield* data?.items ?? [];
    cursor = data?.next_cursor ?? undefined;
  } while (cursor);
}

async function* asyncOf<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
