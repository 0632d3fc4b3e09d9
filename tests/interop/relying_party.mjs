// A relying party made of openid-client, driven over standard input and output: one JSON object a line each way.
// In: {"do": command, …}. Out: {"ok": result} or {"error": {…}} as the library told it. The library judges; nothing is checked here.

import { createInterface } from 'node:readline'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'

const authentication = {
  client_secret_basic: client.ClientSecretBasic,
  client_secret_post: client.ClientSecretPost,
  none: client.None,
}

let config

const told = (tokens) => ({ ...tokens, claims: tokens.claims?.() })

const commands = {
  // Discovery by either well-known path; from then on every ID token's signature is verified, too.
  async discover({ issuer, clientId, secret, method, algorithm }) {
    config = await client.discovery(new URL(issuer), clientId, undefined, authentication[method](secret), {
      algorithm,
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
    })
    return config.serverMetadata()
  },

  async authorize({ parameters }) {
    const kept = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce() }
    const url = client.buildAuthorizationUrl(config, {
      code_challenge: await client.calculatePKCECodeChallenge(kept.verifier),
      code_challenge_method: 'S256',
      state: kept.state,
      nonce: kept.nonce,
      ...parameters,
    })
    return { url: url.href, kept }
  },

  // `posted` is the body of a form_post response; without it the response stands in the URL.
  async exchange({ url, posted, kept, maxAge }) {
    const response = posted
      ? new Request(url, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: posted,
        })
      : new URL(url)
    const tokens = await client.authorizationCodeGrant(config, response, {
      pkceCodeVerifier: kept.verifier,
      expectedState: kept.state,
      expectedNonce: kept.nonce,
      idTokenExpected: true,
      maxAge,
    })
    return told(tokens)
  },

  async refresh({ token, parameters }) {
    return told(await client.refreshTokenGrant(config, token, parameters))
  },

  async clientCredentials({ parameters }) {
    return told(await client.clientCredentialsGrant(config, parameters))
  },

  async userinfo({ token, sub }) {
    return await client.fetchUserInfo(config, token, sub)
  },

  async introspect({ token }) {
    return await client.tokenIntrospection(config, token)
  },

  async revoke({ token }) {
    await client.tokenRevocation(config, token)
  },

  async endSession({ parameters }) {
    return client.buildEndSessionUrl(config, parameters).href
  },

  // An access token checked as a resource server does (RFC 9068 §4), offline but for the keys.
  async verifyAccessToken({ token, audience }) {
    const { issuer, jwks_uri } = config.serverMetadata()
    const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
      issuer,
      audience,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'sub', 'client_id', 'iat', 'jti'],
    })
    return { payload, header: protectedHeader }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: command, ...rest } = JSON.parse(line)
  let answer
  try {
    answer = { ok: (await commands[command](rest)) ?? null }
  } catch (error) {
    const { name, message, code, error: oauthError, status, cause } = error
    answer = { error: { name, message, code, error: oauthError, status, cause: cause?.message } }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
