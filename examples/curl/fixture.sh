#!/usr/bin/env bash
# A server for the tests of a script made of curl: examples/curl/fixture.sh PROGRAM
#
# Starts one, calls it as a script would, and asks it for what no client can. Prints "ok ..." for each step; the first
# surprise ends it with exit code 1. Needs curl and sed.
set -euo pipefail
program=${1:-patmost}
seed=$(dirname "$0")/../seed.json

# It ends with this script, however that ends: the pipe to its standard input closes.
work=$(mktemp -d)
mkfifo "$work/alive"
"$program" serve --ephemeral --seed "$seed" --ready-file "$work/ready" --exit-with-stdin --max-lifetime 10m \
    <"$work/alive" >/dev/null 2>"$work/log" &
server=$!
exec 3>"$work/alive"
trap 'exec 3>&-; wait $server; rm -rf "$work"' EXIT

for _ in $(seq 300); do
    if [ -e "$work/ready" ] || ! kill -0 $server; then break; fi
    sleep 0.02
done
url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/ready")
steps=0

# gives TEXT CURL-ARGUMENTS...: what is answered, status included, must hold the text.
gives() {
    local text=$1 answer
    shift
    answer=$(curl --silent --max-time 20 --write-out ' %{http_code}' "$@") || answer="$answer (curl: $?)"
    if [[ $answer != *"$text"* ]]; then
        echo "expected $text from $*, got $answer" >&2
        exit 1
    fi
    steps=$((steps + 1))
    echo "ok $steps $text"
}

me=$url/api/v4/users/me
ci='Authorization: Bearer abcdefghijklmnopqrstuvwxyz'
gives '"username":"ci"' "$me" -H "$ci"

# Faults are exact: the next two requests to this path, and no other.
gives '"met":0' -X PUT "$url/fixture/faults" \
    -d '[{"path":"/api/v4/users/me","status":429,"retry_after":0,"times":1},{"path":"/api/v4/users/me","drop":true,"times":1}]'
gives ' 429' "$me" -H "$ci"
gives 'curl: 52' "$me" -H "$ci"
gives ' 200' "$me" -H "$ci"
# A script that tries again gets through.
gives '"met":0' -X PUT "$url/fixture/faults" -d '[{"path":"/api/v4/users/me","status":503,"times":2}]'
gives '"username":"ci"' --retry 3 --retry-delay 1 --fail "$me" -H "$ci"

# What was called, secrets masked.
gives '"authorization":"Bearer [secret]"' "$url/fixture/requests/next?timeout_ms=1000"

# A token that has ended, and the time in which a session ends.
expired=$(curl -s "$url/fixture/tokens" -d '{"state":"expired"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
gives ' 401' "$me" -H "Authorization: Bearer $expired"
password=$(sed -n 's/.*"password":"\([^"]*\)".*/\1/p' "$work/ready")
session=$(curl -si "$url/api/v4/users/login" -d "{\"login_id\":\"admin\",\"password\":\"$password\"}" | sed -n 's/^Token: \([a-z0-9]*\).*/\1/p')
gives '"username":"admin"' "$me" -H "Authorization: Bearer $session"
gives '"frozen":true' -X PUT "$url/fixture/clock" -d '{"advance_ms":15638400000,"freeze":true}'
gives ' 401' "$me" -H "Authorization: Bearer $session"

# Back to the seed, and a second server beside the first.
gives '"status":"OK"' -X POST "$url/fixture/reset"
gives '"frozen":false' "$url/fixture/clock"
gives '"url":"http://127.0.0.1:' -X POST "$url/fixture/worlds"
