import type { Client, ClientChanges } from "./api";

/** The fields that the settings' form shows, as texts where the API has lists or nulls. */
export interface ClientForm {
  client_name: string;
  description: string;
  redirect_uris: string;
  post_logout_redirect_uris: string;
  allowed_origins: string;
  scope: string;
  skip_consent: boolean;
  require_pkce: boolean;
  offline: boolean;
  access_token_format: Client["access_token_format"];
  access_token_lifetime: number | "";
  id_token_signed_response_alg: string;
  client_uri: string;
  logo_uri: string;
  tos_uri: string;
  policy_uri: string;
  contacts: string;
}

export function formOf(client: Client): ClientForm {
  return {
    client_name: client.client_name,
    description: client.description ?? "",
    redirect_uris: client.redirect_uris.join("\n"),
    post_logout_redirect_uris: client.post_logout_redirect_uris.join("\n"),
    allowed_origins: client.allowed_origins.join("\n"),
    scope: client.scope,
    skip_consent: client.skip_consent,
    require_pkce: client.require_pkce,
    offline: client.grant_types.includes("refresh_token"),
    access_token_format: client.access_token_format,
    access_token_lifetime: client.access_token_lifetime ?? "",
    id_token_signed_response_alg: client.id_token_signed_response_alg,
    client_uri: client.client_uri ?? "",
    logo_uri: client.logo_uri ?? "",
    tos_uri: client.tos_uri ?? "",
    policy_uri: client.policy_uri ?? "",
    contacts: client.contacts.join("\n"),
  };
}

export function changesOf(form: ClientForm, before: Client): ClientChanges {
  const hasCode = before.grant_types.includes("authorization_code");
  const others = before.grant_types.filter((grant) => grant !== "refresh_token");
  return {
    client_name: form.client_name.trim(),
    description: form.description.trim() || null,
    redirect_uris: lines(form.redirect_uris),
    post_logout_redirect_uris: lines(form.post_logout_redirect_uris),
    allowed_origins: lines(form.allowed_origins),
    scope: form.scope.trim().split(/\s+/).filter(Boolean).join(" "),
    skip_consent: form.skip_consent,
    require_pkce: form.require_pkce,
    grant_types: hasCode && form.offline ? [...others, "refresh_token"] : others,
    access_token_format: form.access_token_format,
    access_token_lifetime: form.access_token_lifetime === "" ? null : form.access_token_lifetime,
    id_token_signed_response_alg: form.id_token_signed_response_alg,
    client_uri: form.client_uri.trim() || null,
    logo_uri: form.logo_uri.trim() || null,
    tos_uri: form.tos_uri.trim() || null,
    policy_uri: form.policy_uri.trim() || null,
    contacts: lines(form.contacts),
  };
}

/** One entry a line; empty lines count for nothing. */
export function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
