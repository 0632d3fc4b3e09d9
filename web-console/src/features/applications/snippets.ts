/** Code that runs as it stands, with this application's own values; secrets come from the environment, never from here. */
import type { Client, ClientKind } from "./api";

export interface Snippet {
  id: string;
  label: string;
  install?: string;
  file: string;
  code: string;
}

interface Values {
  issuer: string;
  clientId: string;
  redirectUri: string;
  scope: string;
}

export function snippetsFor(client: Client, issuer: string): Snippet[] {
  const values: Values = {
    issuer,
    clientId: client.client_id,
    redirectUri: client.redirect_uris[0] ?? "http://localhost:9999/callback",
    scope: client.scope,
  };
  return SNIPPETS[client.kind].map((make) => make(values));
}

const node = ({ issuer, clientId, redirectUri, scope }: Values): Snippet => ({
  id: "node",
  label: "Node.js (openid-client)",
  install: "npm install openid-client",
  file: "sign-in.mjs",
  code: `import * as client from "openid-client";

const config = await client.discovery(
  new URL("${issuer}"),
  "${clientId}",
  process.env.CLIENT_SECRET,
);

// To sign in: keep verifier and state in the person's session, then redirect to \`url\`.
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: "${redirectUri}",
  scope: "${scope}",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
});

// At the redirect URI:
export async function callback(currentUrl) {
  const tokens = await client.authorizationCodeGrant(config, currentUrl, {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  return tokens.claims();
}
`,
});

const python = ({ issuer, clientId, scope }: Values): Snippet => ({
  id: "python",
  label: "Python (Authlib, Starlette or FastAPI)",
  install: "pip install authlib httpx itsdangerous",
  file: "sign_in.py",
  code: `import os

from authlib.integrations.starlette_client import OAuth

oauth = OAuth()
oauth.register(
    "opentrusty",
    server_metadata_url="${issuer}/.well-known/openid-configuration",
    client_id="${clientId}",
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "${scope}", "code_challenge_method": "S256"},
)


async def login(request):
    return await oauth.opentrusty.authorize_redirect(request, request.url_for("callback"))


async def callback(request):
    token = await oauth.opentrusty.authorize_access_token(request)
    request.session["user"] = token["userinfo"]
`,
});

const browser = ({ issuer, clientId, redirectUri, scope }: Values): Snippet => ({
  id: "browser",
  label: "JavaScript (oauth4webapi)",
  install: "npm install oauth4webapi",
  file: "sign-in.js",
  code: `import * as oauth from "oauth4webapi";

const issuer = new URL("${issuer}");
const client = { client_id: "${clientId}" };
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));

export async function signIn() {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  sessionStorage.setItem("sign-in", JSON.stringify({ verifier, state }));
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: "${redirectUri}",
    response_type: "code",
    scope: "${scope}",
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  location.assign(url);
}

// At the redirect URI:
export async function callback() {
  const { verifier, state } = JSON.parse(sessionStorage.getItem("sign-in"));
  const parameters = oauth.validateAuthResponse(server, client, new URL(location.href), state);
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, oauth.None(), parameters, "${redirectUri}", verifier,
  );
  return oauth.processAuthorizationCodeResponse(server, client, response);
}
`,
});

const native = ({ issuer, clientId, redirectUri, scope }: Values): Snippet => ({
  id: "native",
  label: "AppAuth",
  file: "configuration.json",
  code: `${JSON.stringify(
    {
      issuer,
      client_id: clientId,
      redirect_uri: redirectUri,
      authorization_scope: scope,
      discovery_uri: `${issuer}/.well-known/openid-configuration`,
      https_required: issuer.startsWith("https://"),
    },
    null,
    2,
  )}
`,
});

const curl = ({ issuer, clientId, scope }: Values): Snippet => ({
  id: "curl",
  label: "curl",
  file: "token.sh",
  code: `curl --user "${clientId}:$CLIENT_SECRET" \\
  --data grant_type=client_credentials \\
  --data-urlencode "scope=${machineScope(scope)}" \\
  ${issuer}/token
`,
});

const machinePython = ({ issuer, clientId, scope }: Values): Snippet => ({
  id: "machine-python",
  label: "Python (Authlib)",
  install: "pip install authlib httpx",
  file: "token.py",
  code: `import os

from authlib.integrations.httpx_client import OAuth2Client

client = OAuth2Client("${clientId}", os.environ["CLIENT_SECRET"], scope="${machineScope(scope)}")
token = client.fetch_token("${issuer}/token", grant_type="client_credentials")
`,
});

const SNIPPETS: Record<ClientKind, ((values: Values) => Snippet)[]> = {
  web: [node, python],
  single_page: [browser],
  native: [native],
  machine: [curl, machinePython],
};

/** A machine has no person to say anything about. */
function machineScope(scope: string): string {
  const ofPeople = new Set(["openid", "profile", "email", "address", "phone", "offline_access"]);
  return scope
    .split(" ")
    .filter((token) => !ofPeople.has(token))
    .join(" ");
}
