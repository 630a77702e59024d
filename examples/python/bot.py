#!/usr/bin/env python3
"""A bot with mmpy_bot 2.2.1, as it is published: it hears a message in a channel and one in private, and answers both.

    pip install -r examples/python/requirements-bot.txt
    PATMOST_URL=http://127.0.0.1:8065 PATMOST_ADMIN=admin PATMOST_PASSWORD=... python examples/python/bot.py

The admin turns bots and personal access tokens on, makes the bot, its token, a team and a channel, talks to the bot, and reads over
REST what it answered. Prints a line for each step; the first surprise ends it with a traceback and exit code 1.
"""

import asyncio
import faulthandler
import os
import re
import threading
import time
import uuid
from urllib.parse import urlsplit

import httpx
from mattermostautodriver import Driver
from mmpy_bot import Bot, Message, Plugin, Settings, listen_to

# Whatever waits for ever: after a minute it shows where, and ends with exit code 1.
faulthandler.dump_traceback_later(60, exit=True)

server = urlsplit(os.environ["PATMOST_URL"])
# So that it can run again on the same server.
run = uuid.uuid4().hex[:8]
steps = 0


def step(text):
    global steps
    steps += 1
    print(f"ok {steps} {text}", flush=True)


def expect(what, is_so):
    # No `assert`: that would be gone under `python -O`.
    if not is_so:
        raise AssertionError(f"expected {what}")


class Greeter(Plugin):
    """All that a bot is: functions, and what each listens to."""

    @listen_to("^hello$", re.IGNORECASE)
    async def hello(self, message: Message):
        self.driver.reply_to(message, f"Hello @{message.sender_name}")

    @listen_to("^add ([0-9]+) ([0-9]+)$", direct_only=True)
    async def add(self, message: Message, first, second):
        self.driver.reply_to(message, str(int(first) + int(second)))


# The login by password of the driver that mmpy_bot brings along fails with every server: it asks a dictionary for its
# status code. A bot logs in by token and does not need it; the admin gets a session here, and hands it over.
password = {"login_id": os.environ["PATMOST_ADMIN"], "password": os.environ["PATMOST_PASSWORD"]}
session = httpx.post(f"{os.environ['PATMOST_URL']}/api/v4/users/login", json=password, timeout=30)
session.raise_for_status()
admin = Driver(
    {
        "scheme": server.scheme,
        "url": server.hostname,
        "port": server.port or 8065,
        "token": session.headers["Token"],
        "request_timeout": 30,
    }
)
expect("the admin's own account", admin.login()["id"] == session.json()["id"])
step("the admin logs in by password")

# Both are off at first.
wanted = {"EnableUserAccessTokens": True, "EnableBotAccountCreation": True}
admin.system.patch_config({"ServiceSettings": wanted})
bot_user = admin.bots.create_bot({"username": f"greeter-{run}", "display_name": "Greeter"})
bot_id = bot_user["user_id"]
token = admin.users.create_user_access_token(bot_id, {"description": "bot.py"})
expect("the bot's token", token["user_id"] == bot_id)
step("the admin makes a bot and a personal access token for it")

team = admin.teams.create_team({"name": f"team-{run}", "display_name": "Team", "type": "O"})
admin.teams.add_team_member(team["id"], {"team_id": team["id"], "user_id": bot_id})
channel = admin.channels.create_channel(
    {"team_id": team["id"], "name": "talk", "display_name": "Talk", "type": "O"}
)
admin.channels.add_channel_member(channel["id"], {"user_id": bot_id})
direct = admin.channels.create_direct_channel([admin.client.userid, bot_id])
step("the bot is in a channel of a team, and has a direct channel with the admin")

bot = Bot(
    settings=Settings(
        MATTERMOST_URL=f"{server.scheme}://{server.hostname}",
        MATTERMOST_PORT=server.port or 8065,
        BOT_TOKEN=token["token"],
        BOT_TEAM=team["name"],
    ),
    plugins=[Greeter()],
    # Else it writes a line for each request.
    enable_logging=False,
)
expect("the bot's own account", bot.driver.user_id == bot_id)


def run_bot():
    asyncio.set_event_loop(asyncio.new_event_loop())
    bot.run()


def ask(where, message):
    return admin.posts.create_post({"channel_id": where["id"], "message": message})


def answers_to(question):
    """What the bot has answered in the thread of a message."""
    posts = admin.posts.get_post_thread(question["id"])["posts"].values()
    return [post["message"] for post in posts if post["user_id"] == bot_id]


def is_answered(question, seconds=10):
    end = time.monotonic() + seconds
    while not answers_to(question) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(answers_to(question))


thread = threading.Thread(target=run_bot, daemon=True)
thread.start()
try:
    # It never hears what was said before it listened, so one knocks until it opens.
    expect("a bot that listens", any(is_answered(ask(direct, "hello"), 0.5) for _ in range(20)))
    step("the bot logs in by its token and listens")

    in_public = ask(channel, "add 1 2")
    question = ask(channel, "Hello")
    expect("an answer in the channel", is_answered(question))
    greeting = f"Hello @{admin.client.username}"
    expect(f"only {greeting}", answers_to(question) == [greeting])
    step("the bot hears a message in the channel and answers it")

    question = ask(direct, "add 40 2")
    expect("an answer in private", is_answered(question))
    expect("the sum", answers_to(question) == ["42"])
    step("the bot hears a message in private and answers it")

    # Asked before both, and what is posted is heard in order.
    expect("no answer", answers_to(in_public) == [])
    step("what it does in private only, it did not do in the channel")
finally:
    bot.driver.disconnect()
    # It looks up with the next event only.
    ask(channel, "Goodbye")
    thread.join(10)
expect("a bot that has stopped", not thread.is_alive())
step("the bot stops")
admin.logout()
