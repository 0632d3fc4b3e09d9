/** The one client of the Admin Plane, generated from its OpenAPI document: each call has a fresh token and fails as a `Problem`. */
import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { accessToken } from "@/shared/auth/session";
import { config } from "@/shared/config/config";
import { problemOf, Unreachable } from "./problem";
import type { paths } from "./schema.gen";

const authorised: Middleware = {
  async onRequest({ request }) {
    request.headers.set("authorization", `Bearer ${await accessToken()}`);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    return undefined;
  },
};

/** Sends the request; one that meets an ended token is sent once more with a new one. */
async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await reach(request);
  if (response.status !== 401) return response;
  again.headers.set("authorization", `Bearer ${await accessToken(true)}`);
  return reach(again);
}

async function reach(request: Request): Promise<Response> {
  try {
    return await globalThis.fetch(request);
  } catch (error) {
    throw new Unreachable("The Admin Plane does not answer.", { cause: error });
  }
}

export function createApi() {
  const client = createFetchClient<paths>({ baseUrl: config().adminUrl, fetch: send });
  client.use(authorised);
  return { client, query: createQueryClient(client) };
}

type Api = ReturnType<typeof createApi>;
let made: Api | undefined;

function api(): Api {
  made ??= createApi();
  return made;
}

/** Typed calls that need nobody to be signed in. */
export function openClient(): Api["client"] {
  return createFetchClient<paths>({ baseUrl: config().adminUrl, fetch: reach });
}

/** Typed calls outside of components. */
export function fetchClient(): Api["client"] {
  return api().client;
}

/** Typed hooks: `api$().useQuery("get", "/api/v1/me")`. */
export function api$(): Api["query"] {
  return api().query;
}
