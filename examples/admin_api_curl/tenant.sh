#!/usr/bin/env bash
# A tenant with its first owner, who is invited: prints the link by which they choose a password.
#
#     AUTH_URL=… ADMIN_URL=… CLIENT_ID=… CLIENT_SECRET=… examples/admin_api_curl/tenant.sh NAME OWNER
#
# The client is one of the tenant `platform` and holds the role platform_admin.
set -euo pipefail
. "$(dirname "$0")/api.sh"

name=${1:?"usage: tenant.sh NAME OWNER"}
owner=${2:?"usage: tenant.sh NAME OWNER"}

sign_in platform
jq --null-input --arg name "$name" --arg owner "$owner" '{name: $name, owner: {username: $owner}}' |
    json POST /tenants |
    jq --raw-output '"issuer: \(.issuer)", "owner_link: \(.owner_link.url)"'
