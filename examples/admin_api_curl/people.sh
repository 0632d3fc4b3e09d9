#!/usr/bin/env bash
# The people of a tenant, an API and a program that calls it, which then gets its first token.
#
#     AUTH_URL=… ADMIN_URL=… CLIENT_ID=… CLIENT_SECRET=… examples/admin_api_curl/people.sh NAME [PEOPLE]
#
# The client is one of this tenant and holds the role tenant_admin. PEOPLE are JSON Lines, with the password hashes of the
# system that they come from; without, those of examples/cli.
set -euo pipefail
. "$(dirname "$0")/api.sh"

name=${1:?"usage: people.sh NAME [PEOPLE]"}
people=${2:-"$(dirname "$0")/../cli/people.jsonl"}

sign_in "$name"

# The answer has a line for each that was not taken, and counts. One that does not end with `done` was cut off: what it
# counted is there, and the same file again passes over it.
api POST "/tenants/$name/user-imports" --header 'Content-Type: application/x-ndjson' --data-binary "@$people" |
    jq --raw-output --slurp '
        (.[] | select(.type == "refused") | "line \(.line): \(.problems)"),
        (last | if .type == "done" then "imported: \(.created) created, \(.skipped) there already, \(.refused) refused"
                else "The answer was cut off: run this again.\n" | halt_error end)'

# An API with a scope. Its identifier is percent-encoded in the path. PUT makes it or changes it, so it has no key.
identifier=https://api.example
jq --null-input '{name: "Orders", scopes: {"orders:read": "See your orders"}}' |
    json PUT "/tenants/$name/resources/$(jq --raw-output --null-input --arg it "$identifier" '$it | @uri')" >/dev/null

# A program that may call it. Its secret is in this answer and in no other.
client=$(jq --null-input '{client_id: "nightly", client_name: "Nightly job", grant_types: ["client_credentials"],
                           scope: "orders:read"}' |
    json POST "/tenants/$name/clients")
jq --raw-output '"client_id: \(.client_id)", "client_secret: \(.client_secret)"' <<<"$client"

# What the program gets with it, as it will each night. Servers know of the API and the program within a second.
sleep 1
access_token=$(jq --raw-output '"\(.client_id):\(.client_secret)"' <<<"$client" | token "$name" orders:read)
printf 'access_token: %s\n' "$access_token"
