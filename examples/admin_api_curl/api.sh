# Sourced by the scripts beside it: a token for the Admin Plane, and calls with it.
#
# CLIENT_ID and CLIENT_SECRET are those of a client that acts for itself: grant client_credentials, scope admin, and a
# role. Neither its secret nor a token is ever an argument of a command, where `ps` would show it to everybody on the
# machine: curl reads them from a pipe.

AUTH_URL=${AUTH_URL:?"the Auth Plane, as in https://auth.example.org"}
ADMIN_URL=${ADMIN_URL:?"the Admin Plane, as in https://api.example.org"}

# call [CURL OPTIONS...]: the answer. What it refuses goes to standard error, and the call fails.
call() {
    local answer status=0
    answer=$(curl --silent --show-error --fail-with-body "$@") || status=$?
    if ((status)); then
        jq --raw-output '"\(.detail // .error_description)",
                         (.errors // [] | .[] | "  \(.pointer // .parameter): \(.detail)")' <<<"$answer" >&2 || true
        return "$status"
    fi
    printf '%s\n' "$answer"
}

# token TENANT SCOPE < ID:SECRET: an access token of that client (RFC 6749 §4.4).
token() {
    local credentials
    IFS= read -r credentials
    call --config <(printf 'user = "%s"\n' "$credentials") \
        --data grant_type=client_credentials --data-urlencode "scope=$2" "$AUTH_URL/t/$1/token" | jq --raw-output .access_token
}

# sign_in TENANT: gets the token that `api` shows from then on.
sign_in() {
    TOKEN=$(token "$1" admin <<<"${CLIENT_ID:?}:${CLIENT_SECRET:?}")
}

# api METHOD PATH [CURL OPTIONS...]: one call of the API.
api() {
    local method=$1 path=$2
    shift 2
    call --config <(printf 'header = "Authorization: Bearer %s"\n' "$TOKEN") --request "$method" "$@" "$ADMIN_URL/api/v1$path"
}

# json METHOD PATH < BODY: a call with a JSON body. The key lets the same request be sent again after a lost answer.
json() {
    local more=()
    [[ $1 == POST ]] && more=(--header "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)")
    api "$1" "$2" --header 'Content-Type: application/json' "${more[@]}" --data-binary @-
}
