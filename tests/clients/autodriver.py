"""REST and events with mattermostautodriver 11, as it is published: its calls are made from Mattermost's document of the API.
Run by .ci/clients. (mmpy_bot brings 2.3 along.)
"""

# wire clients: mattermostautodriver 11.11.1

import asyncio
import faulthandler
import json
import os
from urllib.parse import urlsplit

from mattermostautodriver import TypedDriver, exceptions

faulthandler.dump_traceback_later(60, exit=True)
server = urlsplit(os.environ["PATMOST_URL"])
steps = 0


def step(text):
    global steps
    steps += 1
    print(f"ok {steps} {text}", flush=True)


def expect(what, is_so):
    if not is_so:
        raise AssertionError(f"expected {what}")


def driver(**credential):
    options = {"scheme": "http", "url": server.hostname, "port": server.port, **credential}
    return TypedDriver(options)


admin = driver(login_id=os.environ["PATMOST_ADMIN"], password=os.environ["PATMOST_PASSWORD"])
me = admin.login()
expect("the own account", admin.users.get_user("me")["id"] == me["id"])
step("logs in")

wanted = {"EnableUserAccessTokens": True, "EnableBotAccountCreation": True}
config = admin.system.patch_config({"ServiceSettings": wanted})
expect("tokens turned on", config["ServiceSettings"]["EnableUserAccessTokens"])
bot = admin.bots.create_bot(username="ci", display_name="CI")
made = admin.users.create_user_access_token(bot["user_id"], description="x")
expect("a secret", made["token"] != made["id"])
expect("it in the list", admin.users.get_user_access_tokens_for_user(bot["user_id"])[0]["id"] == made["id"])
step("makes a bot with a token")

team = admin.teams.create_team(name="team", display_name="Team", type="O")
admin.teams.add_team_member(team["id"], user_id=bot["user_id"])
channel = admin.channels.create_channel(team_id=team["id"], name="talk", display_name="Talk", type="O")
admin.channels.add_channel_member(channel["id"], user_id=bot["user_id"])
step("makes a team and a channel, and adds the bot")

ci = driver(token=made["token"])
expect("the bot by its token", ci.login()["id"] == bot["user_id"])
events = []


async def hear(message):
    event = json.loads(message)
    if "event" not in event:
        return
    events.append(event)
    if event["event"] == "hello":
        post = {"channel_id": channel["id"], "message": "hello @ci"}
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, lambda: admin.posts.create_post(**post))
    if event["event"] == "posted":
        ci.disconnect()


ci.init_websocket(hear)
expect("no event lost", [event["seq"] for event in events] == list(range(len(events))))
post = json.loads(events[-1]["data"]["post"])
expect("what was posted", post["message"] == "hello @ci")
expect("the mention", json.loads(events[-1]["data"]["mentions"]) == [bot["user_id"]])
step("the bot hears what is posted")

answer = ci.posts.create_post(channel_id=channel["id"], message="hello", root_id=post["id"])
thread = ci.posts.get_post_thread(post["id"])
expect("a thread of two", len(thread["posts"]) == 2)
expect("from a bot", answer["props"]["from_bot"] == "true")
step("the bot answers in a thread")

for refused, what in [
    (exceptions.NotEnoughPermissions, lambda: ci.system.get_config()),
    (exceptions.ResourceNotFound, lambda: ci.users.get_user("a" * 26)),
    (exceptions.InvalidOrMissingParameters, lambda: ci.posts.create_post(channel_id=channel["id"], message="x" * 20000)),
]:
    try:
        what()
    except refused:
        continue
    raise AssertionError(f"expected {refused.__name__}")
admin.users.disable_user_access_token(made["id"])
try:
    ci.users.get_user("me")
except exceptions.NoAccessTokenProvided:
    step("each refusal is the exception for it; a disabled token is refused")
