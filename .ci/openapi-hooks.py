"""What schemathesis must not do to the credential that it runs with: everything after it would be 401.

Ending sessions does no harm, as the credential is a token; nor does ending what breaks the limit on lifetimes, as it
ends within a day. Tokens cannot be switched off, as the server of the run has them pinned.
"""

import os

import schemathesis

NOBODY = "zzzzzzzzzzzzzzzzzzzzzzzzzz"
ENDS_ACCOUNT = {
    "DeleteUser",
    "UpdateUserActive",
    "UpdateUserRoles",
    "ConvertUserToBot",
    "RevokeAllUserAccessTokensOfUser",
}
ENDS_TOKEN = {"RevokeUserAccessToken", "DisableUserAccessToken", "RotateUserAccessToken"}


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw.get("operationId")
    path, body = case.path_parameters or {}, case.body
    if operation in ENDS_ACCOUNT and path.get("user_id") in ("me", os.environ["PATMOST_ADMIN_ID"]):
        path["user_id"] = NOBODY
    if operation in ENDS_TOKEN and isinstance(body, dict) and body.get("token_id") in ("self", os.environ["PATMOST_TOKEN_ID"]):
        body["token_id"] = NOBODY
    # The credential was used a moment ago, and ends within a day.
    if operation == "DisableUnusedUserAccessTokens" and isinstance(body, dict) and "unused_since" in body:
        body["unused_since"] = 1
    if operation == "RevokeNonCompliantTokens" and isinstance(body, dict) and "days" in body:
        body["days"] = 365
