#!/usr/bin/env bash
# The life of a personal access token, told with curl: run it against a fresh server, whose log goes to a file.
#
#   patmost serve 2> patmost.log &
#   examples/curl/seed-story.sh http://127.0.0.1:8065 patmost.log
#
# Every step prints one line. The first surprise ends the story with exit code 1. Needs curl, grep, sed.
set -euo pipefail

if [ $# -ne 2 ]; then
    echo "usage: $0 URL LOGFILE" >&2
    exit 2
fi
api=$1/api/v4
log=$2
answer=$(mktemp -d)
trap 'rm -rf "$answer"' EXIT

# ---- A few small tools -----------------------------------------------------------------------------------------------

# call METHOD PATH SECRET [BODY]: sends a request. SECRET is what authenticates it: the secret of a login or of a token;
# "" sends none. The answer is then in $status, $body and $headers.
call() {
    local method=$1 path=$2 secret=$3 body_sent=${4-}
    local options=(--silent --show-error --max-time 30 --request "$method" --dump-header "$answer/headers" --output "$answer/body"
        --write-out '%{http_code}')
    if [ -n "$secret" ]; then options+=(--header "Authorization: Bearer $secret"); fi
    if [ -n "$body_sent" ]; then options+=(--data "$body_sent"); fi
    asked="$method $path"
    status=$(curl "${options[@]}" "$api$path")
    body=$(<"$answer/body")
    headers=$(tr -d '\r' <"$answer/headers")
}

surprise() {
    echo "SURPRISE after '$asked': $1" >&2
    echo "status $status, body: $body" >&2
    exit 1
}

# expect STATUS [TEXT]...: what the last answer must be; each TEXT must stand in its body.
expect() {
    [ "$status" = "$1" ] || surprise "expected status $1"
    shift
    for text in "$@"; do
        grep -qF -- "$text" <<<"$body" || surprise "expected $text in the body"
    done
}

# expect_refusal STATUS ID: a refusal has five fields; programs look at "id".
expect_refusal() {
    expect "$1" "\"id\":\"$2\"" '"message":"' '"detailed_error":"' '"request_id":"' "\"status_code\":$1"
}

# expect_not TEXT: what must not stand in the body of the last answer.
expect_not() {
    if grep -qF -- "$1" <<<"$body"; then surprise "did not expect $1 in the body"; fi
}

# header NAME: the value of a header of the last answer.
header() { grep -i "^$1:" <<<"$headers" | sed 's/^[^:]*: *//'; }

# expect_log TEXT...: every answer names its request in a header, and the log has one line for it.
expect_log() {
    local id line
    id=$(header X-Request-Id)
    line=$(grep -F "request_id=$id method=" "$log") || surprise "the log has no line for request $id"
    for text in "$@"; do
        grep -qE -- " $text( |\$)" <<<"$line" || surprise "expected $text in the log line: $line"
    done
}

# field NAME: the first text of that name in the body. number NAME: the first number.
field() { grep -oE "\"$1\":\"[^\"]*\"" <<<"$body" | sed -n '1s/^[^:]*:"\(.*\)"$/\1/p'; }
number() { grep -oE "\"$1\":[0-9]+" <<<"$body" | sed -n '1s/^[^:]*://p'; }

steps=0
step() {
    steps=$((steps + 1))
    echo "ok $steps $1"
}

# log_in NAME: logs in; the secret is in the header "Token" of the answer, now in $session.
log_in() {
    call POST /users/login "" "{\"login_id\":\"$1\",\"password\":\"$password\"}"
    expect 200 "\"username\":\"$1\""
    session=$(header Token)
    [ ${#session} = 26 ] || surprise "expected a secret of 26 letters in the header Token"
}

password='Correct-Horse-1'
expired=api.context.session_expired.app_error

# ---- 1. The server is there, and personal access tokens are off ------------------------------------------------------

call GET /system/ping ""
expect 200 '"status":"OK"'
grep -q 'listens on .*, data in .*, personal access tokens are off; first create your account' "$log" ||
    surprise "the log does not say where the server listens, where the data is, and what to do first"
step "the server answers; its log says where it listens, where the data is and what to do first"

# ---- 2. The first account is the admin's; the second needs an admin ---------------------------------------------------

call POST /users "" "{\"email\":\"admin@example.com\",\"username\":\"admin\",\"password\":\"$password\"}"
expect 201 '"roles":"system_admin system_user"'
admin_id=$(field id)
step "the first account, $admin_id, is system admin"

call POST /users "" "{\"email\":\"eve@example.com\",\"username\":\"eve\",\"password\":\"$password\"}"
expect_refusal 403 api.user.create_user.no_open_server
step "the second one is refused: sign-up is closed"

# ---- 3. The admin logs in and turns tokens on ------------------------------------------------------------------------

call POST /users/login "" '{"login_id":"admin","password":"Wrong-Horse-1"}'
expect_refusal 401 api.user.login.invalid_credentials_email_username
log_in admin
admin=$session
call GET /users/me "$admin"
expect 200 "\"id\":\"$admin_id\""
step "the admin logs in by password; a wrong password is refused"

call POST /users/me/tokens "$admin" '{"description":"too early"}'
expect_refusal 501 app.user_access_token.disabled
step "tokens are off: creating one answers 501"

call PUT /config/patch "$admin" '{"ServiceSettings":{"EnableUserAccessTokens":true}}'
expect 200 '"EnableUserAccessTokens":true'
call GET /config "$admin"
expect 200 '"EnableUserAccessTokens":true'
step "the admin turns them on, at once and for good"

# ---- 4. An account for an integration, and its role ------------------------------------------------------------------

call POST /users "$admin" "{\"email\":\"ci@example.com\",\"username\":\"ci\",\"password\":\"$password\"}"
expect 201 '"roles":"system_user"'
ci_id=$(field id)
log_in ci
ci=$session
call POST "/users/$ci_id/tokens" "$ci" '{"description":"nightly build"}'
expect_refusal 403 api.context.permissions.app_error
step "the admin creates the account $ci_id for an integration; it may not have tokens yet"

call PUT "/users/$ci_id/roles" "$admin" '{"roles":"system_user system_user_access_token"}'
expect 200 '{"status":"OK"}'
step "the admin gives it the role system_user_access_token"

# ---- 5. The token: its secret is in one answer only ------------------------------------------------------------------

call POST "/users/$ci_id/tokens" "$ci" '{"description":"nightly build"}'
expect 200 '"description":"nightly build"' '"is_active":true' "\"user_id\":\"$ci_id\""
token_id=$(field id)
secret=$(field token)
[ ${#secret} = 26 ] && [ "$secret" != "$token_id" ] || surprise "expected an id and a secret"
step "the account creates the token $token_id, and sees its secret this once"

call GET "/users/$ci_id/tokens" "$ci"
expect 200 "\"id\":\"$token_id\""
expect_not "$secret"
call GET "/users/tokens/$token_id" "$ci"
expect 200 "\"id\":\"$token_id\""
expect_not "$secret"
step "lists and look-ups show the token without its secret"

# ---- 6. The secret authenticates, as that of a login does ------------------------------------------------------------

call GET /users/me "$secret"
expect 200 "\"id\":\"$ci_id\""
expect_log credential=token "token_id=$token_id" "user_id=$ci_id" status=200
step "the secret works as Bearer; the log line names the token id"

# ---- 7. Its session; disable, enable, revoke -------------------------------------------------------------------------

call GET "/users/$ci_id/sessions" "$ci"
expect 200 '"type":"UserAccessToken"' "\"user_access_token_id\":\"$token_id\""
expect_not "$secret"
# The newest session comes first: that of the token. It lasts 36500 days, whatever the length of a login.
[ $(($(number expires_at) - $(number create_at))) = $((36500 * 86400000)) ] || surprise "expected a session of 36500 days"
step "the token's session is listed with its type and the token id, and does not end with the login's"

call POST /users/tokens/disable "$ci" "{\"token_id\":\"$token_id\"}"
expect 200 '{"status":"OK"}'
call GET /users/me "$secret"
expect_refusal 401 $expired
expect_log credential=token_disabled "token_id=$token_id" "user_id=$ci_id" status=401
call GET "/users/$ci_id/sessions" "$ci"
expect 200
expect_not "$token_id"
call GET "/users/tokens/$token_id" "$ci"
expect 200 '"is_active":false'
step "disabled: the next request is 401, the session is gone, the log still names the token id"

call POST /users/tokens/enable "$ci" "{\"token_id\":\"$token_id\"}"
expect 200 '{"status":"OK"}'
call GET /users/me "$secret"
expect 200 "\"id\":\"$ci_id\""
step "enabled: the same secret works again"

call POST "/users/$ci_id/tokens" "$ci" '{"description":"soon gone"}'
expect 200
other_id=$(field id)
other_secret=$(field token)
call GET /users/me "$other_secret"
expect 200
call POST /users/tokens/revoke "$ci" "{\"token_id\":\"$other_id\"}"
expect 200 '{"status":"OK"}'
call GET /users/me "$other_secret"
expect_refusal 401 $expired
expect_log credential=unknown status=401
call GET "/users/tokens/$other_id" "$ci"
expect_refusal 404 app.user_access_token.get_by_user.app_error
call POST /users/tokens/enable "$ci" "{\"token_id\":\"$other_id\"}"
expect_refusal 404 app.user_access_token.get_by_user.app_error
step "another token is revoked: refused at once, gone for good"

# ---- 8. The admin searches; the log tells one mistake from another ---------------------------------------------------

for term in "$token_id" "$ci_id" ci; do
    call POST /users/tokens/search "$admin" "{\"term\":\"$term\"}"
    expect 200 "\"id\":\"$token_id\"" '"description":"nightly build"'
    expect_not "$secret"
done
call POST /users/tokens/search "$admin" '{"term":"nobody"}'
[ "$status" = 200 ] && [ "$body" = '[]' ] || surprise "expected an empty list"
call POST /users/tokens/search "$ci" '{"term":"ci"}'
expect_refusal 403 api.context.permissions.app_error
step "the admin finds the token by token id, user id and username; nobody else may search"

unknown=abcdefghijkmnopqrstuwxyz13
call GET /users/me "$unknown"
expect_refusal 401 $expired
expect_log credential=unknown status=401
step "a secret that nobody has is logged as unknown"

call GET /users/me "$token_id"
expect_refusal 401 $expired
expect_log credential=token_id_instead_of_secret "token_id=$token_id" status=401
step "a token id sent in place of the secret is logged as that mistake"

# ---- 9. Deactivated, reactivated -------------------------------------------------------------------------------------

call PUT "/users/$ci_id/active" "$admin" '{"active":false}'
expect 200 '{"status":"OK"}'
call GET /users/me "$secret"
expect_refusal 401 $expired
expect_log credential=user_deactivated "token_id=$token_id" status=401
call GET /users/me "$ci"
expect_refusal 401 $expired
step "the account is deactivated: its token is refused on the next request, its login has ended"

call PUT "/users/$ci_id/active" "$admin" '{"active":true}'
expect 200 '{"status":"OK"}'
call GET /users/me "$secret"
expect 200 "\"id\":\"$ci_id\""
call GET /users/me "$ci"
expect_refusal 401 $expired
step "reactivated: the same token works again, the login does not come back"

# ---- 10. Switched off ------------------------------------------------------------------------------------------------

call PUT /config/patch "$admin" '{"ServiceSettings":{"EnableUserAccessTokens":false}}'
expect 200 '"EnableUserAccessTokens":false'
call POST "/users/$ci_id/tokens" "$admin" '{"description":"too late"}'
expect_refusal 501 app.user_access_token.disabled
call GET /users/me "$secret"
expect_refusal 401 $expired
expect_log credential=tokens_switched_off "token_id=$token_id" status=401
step "tokens are switched off: creation answers 501 again, existing ones are refused"

call PUT /config/patch "$admin" '{"ServiceSettings":{"EnableUserAccessTokens":true}}'
expect 200 '"EnableUserAccessTokens":true'
call GET /users/me "$secret"
expect 200 "\"id\":\"$ci_id\""
step "switched on: all of them work again"

# ---- At the end: what must not be in the log -------------------------------------------------------------------------

for text in "$admin" "$ci" "$secret" "$other_secret" "$unknown" "$password" Wrong-Horse-1; do
    if grep -qF -- "$text" "$log"; then surprise "the log holds a secret or a password"; fi
done
step "no secret and no password stands in the log"
