#!/usr/bin/env python3
"""The life of a personal access token with mattermostdriver 7.3.2, as it is published.

    pip install -r examples/python/requirements.txt
    patmost serve &
    python examples/python/tokens.py http://127.0.0.1:8065

Takes the address of a fresh server: it creates the first account. Prints a line for each step; the first surprise ends
it with a traceback and exit code 1.
"""

import logging
import sys
from urllib.parse import urlsplit

from mattermostdriver import Driver
from mattermostdriver.exceptions import (
    FeatureDisabled,
    NoAccessTokenProvided,
    NotEnoughPermissions,
    ResourceNotFound,
)

PASSWORD = "Correct-Horse-1"
OK = {"status": "OK"}

# The driver logs each refusal as an error; the refusals here are asked for.
logging.getLogger("mattermostdriver.websocket").setLevel(logging.CRITICAL)

if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} URL")
server = urlsplit(sys.argv[1])
steps = 0


def step(text):
    global steps
    steps += 1
    print(f"ok {steps} {text}", flush=True)


def surprise(text):
    raise AssertionError(text)


def expect(what, is_so):
    # No `assert`: that would be gone under `python -O`.
    if not is_so:
        surprise(f"expected {what}")


def refused(exception, call, *arguments):
    """The driver has an exception for each status: 401, 403, 404, 501..."""
    try:
        answer = call(*arguments)
    except exception:
        return
    surprise(f"expected {exception.__name__}, got {answer}")


def driver(**credential):
    return Driver(
        {
            "scheme": server.scheme,
            "url": server.hostname,
            "port": server.port or 8065,
            "request_timeout": 30,
            **credential,
        }
    )


# The first account needs no login, and is system admin.
anyone = driver()
admin_user = anyone.users.create_user(
    {"email": "admin@example.com", "username": "admin", "password": PASSWORD}
)
expect("a system admin", admin_user["roles"] == "system_admin system_user")
step("the first account is created")

refused(NoAccessTokenProvided, driver(login_id="admin", password="Wrong-Horse-1").login)
admin = driver(login_id="admin", password=PASSWORD)
admin.login()
expect("the admin's id", admin.client.userid == admin_user["id"])
expect("a session's secret", len(admin.client.token) == 26)
step("the admin logs in by password")

refused(FeatureDisabled, admin.users.create_user_access_token, "me", {"description": "too early"})
config = admin.client.put("/config/patch", {"ServiceSettings": {"EnableUserAccessTokens": True}})
expect("tokens turned on", config["ServiceSettings"]["EnableUserAccessTokens"] is True)
step("the admin turns personal access tokens on")

ci_user = admin.users.create_user(
    {"email": "ci@example.com", "username": "ci", "password": PASSWORD}
)
ci = driver(login_id="ci", password=PASSWORD)
ci.login()
refused(
    NotEnoughPermissions,
    ci.users.create_user_access_token,
    ci_user["id"],
    {"description": "nightly build"},
)
roles = {"roles": "system_user system_user_access_token"}
expect("an acknowledgement", admin.users.update_user_role(ci_user["id"], roles) == OK)
step("an account for an integration gets the role that lets it have tokens")

token = ci.users.create_user_access_token(ci_user["id"], {"description": "nightly build"})
expect("its owner", token["user_id"] == ci_user["id"])
expect("its description", token["description"] == "nightly build" and token["is_active"])
expect("a secret that is not the id", len(token["token"]) == 26 and token["token"] != token["id"])
token_id = {"token_id": token["id"]}
step("the account creates a token")

by_token = driver(token=token["token"])
by_token.login()
expect("who it is", (by_token.client.userid, by_token.client.username) == (ci_user["id"], "ci"))
expect("the own account", by_token.users.get_user("me")["username"] == "ci")
refused(NoAccessTokenProvided, driver(token=token["id"]).login)
step("login by token works; by the token's id it does not")

sessions = ci.users.get_user_sessions(ci_user["id"])
of_token = [session for session in sessions if session["props"].get("type") == "UserAccessToken"]
expect(
    "the token's session",
    [session["props"]["user_access_token_id"] for session in of_token] == [token["id"]],
)
step("the token's session is listed")

# The driver has no method for the list of tokens, nor for revoke; its client takes any path.
shown = {name: value for name, value in token.items() if name != "token"}
listed = ci.client.get(f"/users/{ci_user['id']}/tokens")
expect("the token without its secret", listed == [shown])
expect("the same by id", ci.users.get_user_access_token(token["id"]) == shown)
expect("the same in the list of all", admin.client.get("/users/tokens") == [shown])
step("lists and look-ups show the token without its secret")

expect("an acknowledgement", ci.users.disable_personal_access_token(token_id) == OK)
refused(NoAccessTokenProvided, by_token.users.get_user, "me")
expect("a disabled token", not ci.users.get_user_access_token(token["id"])["is_active"])
step("disabled: the token is refused")

expect("an acknowledgement", ci.users.enable_personal_access_token(token_id) == OK)
expect("the own account", by_token.users.get_user("me")["id"] == ci_user["id"])
step("enabled: it works again")

for term in (token["id"], ci_user["id"], "ci"):
    expect(f"the token found by {term}", admin.users.search_tokens({"term": term}) == [shown])
expect("nothing", admin.users.search_tokens({"term": "nobody"}) == [])
refused(NotEnoughPermissions, ci.users.search_tokens, {"term": "ci"})
step("the admin finds it by token id, user id and username")

expect("an acknowledgement", ci.client.post("/users/tokens/revoke", token_id) == OK)
refused(NoAccessTokenProvided, by_token.users.get_user, "me")
refused(ResourceNotFound, ci.users.get_user_access_token, token["id"])
expect("no token", ci.client.get(f"/users/{ci_user['id']}/tokens") == [])
step("revoked: it is gone for good")

ended = driver(token=ci.client.token)
expect("an acknowledgement", ci.logout() == OK)
refused(NoAccessTokenProvided, ended.login)
expect("an acknowledgement", admin.logout() == OK)
step("both log out; the secret of an ended login is refused")
