/** Who is signed in, in memory only: a reload comes back by `prompt=none`. */
import { useSyncExternalStore } from "react";
import { SignInUnreachable } from "@/shared/api/problem";
import { beginSignIn, refresh, saysEnded, signInBeside, signOut, type Tokens } from "./flow";

export interface Session {
  tenant: string;
  tokens: Tokens;
}

/** Renewed this long before the end, so that no request meets an expired token. Milliseconds. */
const RENEW_BEFORE = 30_000;
const TENANT_KEY = "opentrusty.tenant";
const SIGNED_OUT_KEY = "opentrusty.signed-out";

let current: Session | undefined;
/** Set while the session has ended under a page that stays: what waits for somebody to sign in again. */
let ended: { held: Session; resolve: (token: string) => void } | undefined;
let renewing: Promise<string> | undefined;
const listeners = new Set<() => void>();

export function startSession(session: Session): void {
  current = session;
  localStorage.setItem(TENANT_KEY, session.tenant);
  notify();
}

export function endSession(): void {
  current = undefined;
  notify();
}

/** The tenant that somebody signed in at last in this browser. */
export function lastTenant(): string | undefined {
  return localStorage.getItem(TENANT_KEY) ?? undefined;
}

export function useSession(): Session | undefined {
  return useSyncExternalStore(subscribe, () => current);
}

export function session(): Session | undefined {
  return current;
}

/** An access token that is good for a while; `anew` after a 401. Leaves for the sign-in where there is none to be had. */
export async function accessToken(anew = false): Promise<string> {
  const held = current;
  if (!held) return leave();
  if (!anew && held.tokens.expiresAt - Date.now() > RENEW_BEFORE) return held.tokens.accessToken;
  renewing ??= renew(held).finally(() => {
    renewing = undefined;
  });
  return renewing;
}

/** Ends the session here, at the Auth Plane and so everywhere. */
export async function signOutEverywhere(): Promise<void> {
  const held = current;
  if (!held) return;
  sessionStorage.setItem(SIGNED_OUT_KEY, "1");
  await signOut(held.tenant, held.tokens.idToken);
}

/** Whether this tab has just come back from signing out; asked once. */
export function takeSignedOut(): boolean {
  const found = sessionStorage.getItem(SIGNED_OUT_KEY) !== null;
  sessionStorage.removeItem(SIGNED_OUT_KEY);
  return found;
}

/** Whether the session has ended under this page. */
export function useEnded(): boolean {
  return useSyncExternalStore(subscribe, () => ended !== undefined);
}

/** Signs in again beside this page, from a click. False where that cannot be done, and the page has to be left. */
export async function signInAgain(): Promise<boolean> {
  const over = ended;
  if (!over) return true;
  const answer = await signInBeside(over.held.tenant);
  if (answer?.kind !== "signed-in") return false;
  if (answer.tokens.subject !== over.held.tokens.subject) {
    window.location.assign("/"); // somebody else: nothing of the other's page is theirs
    return true;
  }
  ended = undefined;
  startSession({ tenant: answer.tenant, tokens: answer.tokens });
  over.resolve(answer.tokens.accessToken);
  return true;
}

/** Leaves the page for the sign-in, and comes back to it without what was typed. */
export async function leaveForSignIn(): Promise<void> {
  await beginSignIn(ended?.held.tenant ?? lastTenant() ?? "", here());
}

async function renew(held: Session): Promise<string> {
  try {
    const tokens = await refresh(held.tenant, held.tokens);
    startSession({ tenant: held.tenant, tokens });
    return tokens.accessToken;
  } catch (error) {
    if (!saysEnded(error)) throw new SignInUnreachable("The Auth Plane does not answer.", { cause: error });
    return new Promise((resolve) => {
      ended = { held, resolve };
      notify();
    });
  }
}

function here(): string {
  return window.location.pathname + window.location.search;
}

/** Goes to the sign-in, silently first; the page is left, so this never returns. */
async function leave(tenant = lastTenant()): Promise<never> {
  if (tenant) await beginSignIn(tenant, here(), { silent: true });
  else window.location.assign(`/sign-in?return_to=${encodeURIComponent(here())}`);
  return new Promise<never>(() => undefined);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}
