/** The OpenID Connect code flow with PKCE (RFC 7636, RFC 9700 §2.1.1). Nothing here outlives the tab; tokens are never stored. */
import * as oauth from "oauth4webapi";
import * as z from "zod/mini";
import { config } from "@/shared/config/config";

export const CLIENT_ID = "opentrusty-console";
const SCOPE = "openid profile email admin";
const PENDING_KEY = "opentrusty.sign-in";
/** How windows of ours speak of a sign-in beside a page, and how its `state` begins. */
const BESIDE = "opentrusty.beside.";
const client: oauth.Client = { client_id: CLIENT_ID };

/** What has to survive the redirect; kept in this tab's session storage and removed by the answer. */
const Pending = z.object({
  tenant: z.string(),
  returnTo: z.string(),
  verifier: z.string(),
  state: z.string(),
  nonce: z.string(),
  silent: z.boolean(),
});
type Pending = z.infer<typeof Pending>;

export interface Tokens {
  accessToken: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  refreshToken: string | undefined;
  idToken: string;
  subject: string;
}

export type Answer =
  | { kind: "signed-in"; tenant: string; returnTo: string; tokens: Tokens }
  | { kind: "needs-person"; tenant: string; returnTo: string }
  | {
      kind: "refused";
      tenant: string | undefined;
      returnTo: string;
      error: string;
      description: string | undefined;
    };

const issuers = new Map<string, string>();

/** The issuer identifier of a tenant: a domain of its own, once its document has said so, else where it stands. */
export function issuerOf(tenant: string): string {
  return issuers.get(tenant) ?? placeOf(tenant);
}

/** Where a tenant is served by our Auth Plane, whatever it is called in the protocol. */
function placeOf(tenant: string): string {
  return `${config().authUrl}/t/${tenant}`;
}

/** The tenant that an issuer identifier below our Auth Plane names; undefined for any other. */
export function tenantOfIssuer(issuer: string): string | undefined {
  const prefix = placeOf("");
  const name = issuer.startsWith(prefix) ? issuer.slice(prefix.length) : "";
  return isTenantName(name) ? name : undefined;
}

export function isTenantName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}

/** Leaves for the tenant's sign-in. `silent`: comes back at once, signed in or not (`prompt=none`). */
export async function beginSignIn(
  tenant: string,
  returnTo: string,
  options: { silent?: boolean; loginHint?: string | undefined } = {},
): Promise<void> {
  const pending = newPending(tenant, returnTo, { silent: options.silent ?? false });
  const url = await authorizationUrl(pending, options.loginHint);
  sessionStorage.setItem(PENDING_KEY, JSON.stringify(pending));
  window.location.replace(url);
}

/** Takes the answer that stands in the URL of `/callback`; every check is the library's. */
export async function completeSignIn(url: URL): Promise<Answer> {
  const pending = takePending();
  if (pending) return answerTo(url, pending);
  return { kind: "refused", tenant: undefined, returnTo: "/", error: "no_request", description: undefined };
}

let waiting: BroadcastChannel | undefined;

/** Signs somebody in again in a window of its own, while this page stays as it is; undefined where no window may open.
 * Call it from a click. What the window brings back is the code alone: this page keeps what it takes to redeem it. */
export async function signInBeside(tenant: string): Promise<Answer | undefined> {
  const beside = window.open("about:blank", "_blank", "popup,width=520,height=760");
  if (!beside) return undefined;
  const pending = newPending(tenant, "/", { beside: true });
  waiting?.close();
  const channel = new BroadcastChannel(BESIDE);
  waiting = channel;
  const answered = new Promise<Answer>((resolve, reject) => {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const url = new URL(String(data));
      if (url.searchParams.get("state") !== pending.state) return;
      channel.close();
      answerTo(url, pending).then(resolve, reject);
    };
  });
  beside.location.replace(await authorizationUrl(pending));
  return answered;
}

/** Whether this is the answer to a sign-in beside another page of ours; it is handed on to that one. */
export function handOn(url: URL): boolean {
  if (!url.searchParams.get("state")?.startsWith(BESIDE)) return false;
  const channel = new BroadcastChannel(BESIDE);
  channel.postMessage(url.href);
  channel.close();
  return true;
}

function newPending(tenant: string, returnTo: string, how: { silent?: boolean; beside?: boolean }): Pending {
  return {
    tenant,
    returnTo: ownPath(returnTo),
    verifier: oauth.generateRandomCodeVerifier(),
    state: (how.beside ? BESIDE : "") + oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    silent: how.silent ?? false,
  };
}

async function authorizationUrl(pending: Pending, loginHint?: string): Promise<URL> {
  const server = await discover(pending.tenant);
  const url = new URL(endpoint(server.authorization_endpoint));
  url.search = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: redirectUri(),
    scope: SCOPE,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
    ...(pending.silent ? { prompt: "none" } : {}),
    ...(loginHint ? { login_hint: loginHint } : {}),
  }).toString();
  return url;
}

async function answerTo(url: URL, pending: Pending): Promise<Answer> {
  const { tenant, returnTo } = pending;
  try {
    const server = await discover(tenant);
    const parameters = oauth.validateAuthResponse(server, client, url, pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      redirectUri(),
      pending.verifier,
      insecureLoopback(),
    );
    const result = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: pending.nonce,
      requireIdToken: true,
    });
    return { kind: "signed-in", tenant, returnTo, tokens: tokensOf(result) };
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) {
      if (pending.silent && error.error.endsWith("_required"))
        return { kind: "needs-person", tenant, returnTo };
      return { kind: "refused", tenant, returnTo, error: error.error, description: error.error_description };
    }
    if (error instanceof oauth.ResponseBodyError) {
      return { kind: "refused", tenant, returnTo, error: error.error, description: error.error_description };
    }
    throw error;
  }
}

/** Whether an error of `refresh` says that the grant has ended, and not that nobody answered. */
export function saysEnded(error: unknown): boolean {
  return error instanceof oauth.ResponseBodyError && error.status < 500;
}

/** New tokens for the refresh token (RFC 6749 §6); throws where the grant has ended. */
export async function refresh(tenant: string, tokens: Tokens): Promise<Tokens> {
  if (!tokens.refreshToken) throw new Error("There is no refresh token.");
  const server = await discover(tenant);
  const response = await oauth.refreshTokenGrantRequest(
    server,
    client,
    oauth.None(),
    tokens.refreshToken,
    insecureLoopback(),
  );
  const result = await oauth.processRefreshTokenResponse(server, client, response);
  return { ...tokensOf(result, tokens), refreshToken: result.refresh_token ?? tokens.refreshToken };
}

/** Signs out everywhere (OpenID Connect RP-Initiated Logout 1.0): a form post, so that the ID token stays out of URLs. */
export async function signOut(tenant: string, idToken: string): Promise<void> {
  const server = await discover(tenant);
  const form = document.createElement("form");
  form.method = "post";
  form.action = endpoint(server.end_session_endpoint);
  const fields = {
    id_token_hint: idToken,
    client_id: CLIENT_ID,
    post_logout_redirect_uri: `${window.location.origin}/`,
  };
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

function tokensOf(result: oauth.TokenEndpointResponse, before?: Tokens): Tokens {
  const claims = oauth.getValidatedIdTokenClaims(result);
  const subject = claims?.sub ?? before?.subject;
  const idToken = result.id_token ?? before?.idToken;
  if (!subject || !idToken) throw new Error("The answer holds no ID token.");
  return {
    accessToken: result.access_token,
    expiresAt: Date.now() + (result.expires_in ?? 60) * 1000,
    refreshToken: result.refresh_token,
    idToken,
    subject,
  };
}

const servers = new Map<string, Promise<oauth.AuthorizationServer>>();

function discover(tenant: string): Promise<oauth.AuthorizationServer> {
  const known = servers.get(tenant);
  if (known) return known;
  const found = discoverAt(tenant);
  servers.set(tenant, found);
  found.catch(() => servers.delete(tenant));
  return found;
}

const Named = z.object({ issuer: z.url() });

/**
 * The document that our Auth Plane has of the tenant. A tenant with a domain of its own is called by it, and so the
 * document names another issuer than the place where it was asked for. That is believed of our Auth Plane alone, whose
 * address is a setting; all else is checked against the name. The endpoints that are used are those at our Auth Plane,
 * which go on to answer: the console may call no other host (its `connect-src` and `form-action`).
 */
async function discoverAt(tenant: string): Promise<oauth.AuthorizationServer> {
  const place = placeOf(tenant);
  const response = await oauth.discoveryRequest(new URL(place), insecureLoopback());
  const named = z.safeParse(
    Named,
    await response
      .clone()
      .json()
      .catch(() => ({})),
  );
  const issuer = named.success ? named.data.issuer : place;
  const server = await oauth.processDiscoveryResponse(new URL(issuer), response);
  issuers.set(tenant, issuer);
  if (issuer === place) return server;
  return {
    ...server,
    authorization_endpoint: `${place}/authorize`,
    token_endpoint: `${place}/token`,
    end_session_endpoint: `${place}/logout`,
    jwks_uri: `${place}/jwks`,
  };
}

/** Plain HTTP is for `opentrusty dev` on loopback only; the server's own settings refuse it elsewhere. */
function insecureLoopback(): { [oauth.allowInsecureRequests]: boolean } {
  return { [oauth.allowInsecureRequests]: config().authUrl.startsWith("http://") };
}

function redirectUri(): string {
  return `${window.location.origin}/callback`;
}

function endpoint(url: string | undefined): string {
  if (!url) throw new Error("The issuer's document lacks an endpoint.");
  return url;
}

function takePending(): Pending | undefined {
  const text = sessionStorage.getItem(PENDING_KEY);
  sessionStorage.removeItem(PENDING_KEY);
  if (!text) return undefined;
  const parsed = z.safeParse(Pending, JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

/** A path of our own to come back to, never another site's (row A16). */
export function ownPath(path: string): string {
  const url = new URL(path, window.location.origin);
  const own = url.origin === window.location.origin && path.startsWith("/") && !path.startsWith("//");
  return own && url.pathname !== "/callback" ? url.pathname + url.search + url.hash : "/";
}
