#!/usr/bin/env bash
# A tenant, its people and an application, by the command line.
#
#     examples/cli/onboard.sh NAME OWNER [PEOPLE]
#
# It works on the database that OPENTRUSTY_DATABASE_URL or the file in OPENTRUSTY_CONFIG names. PEOPLE are JSON Lines or
# CSV, with the password hashes of the system that they come from; without, those beside this script. Secrets that are
# shown this once go to standard output, each on a line of its own.
set -euo pipefail

name=${1:?"usage: onboard.sh NAME OWNER [PEOPLE]"}
owner=${2:?"usage: onboard.sh NAME OWNER [PEOPLE]"}
people=${3:-"$(dirname "$0")/people.jsonl"}

# The tenant, and an invitation for its owner: who opens the link chooses a password.
opentrusty tenant create "$name" --owner "$owner" --invite-owner

# Its people. A line that is not acceptable is told and left out; the others are kept, and the script goes on.
opentrusty user import --tenant "$name" "$people" || echo "Some people were left out." >&2

# An API with a scope, and an application that may ask for it: a web application, as wizards call it.
opentrusty resource create --tenant "$name" https://api.example --scope "orders:read=See your orders"
opentrusty client create --tenant "$name" --client-id shop --kind web --name Shop \
    --redirect-uri https://shop.example/callback --scope "openid profile email orders:read" -o json |
    jq -r '"client_id: \(.client_id)", "client_secret: \(.client_secret)"'

# What it would get for one of them, and why.
opentrusty client preview --tenant "$name" shop --user ada --scope "openid email"
