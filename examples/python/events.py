#!/usr/bin/env python3
"""REST and events with mattermostdriver 7.3.2, as it is published.

    pip install -r examples/python/requirements.txt
    PATMOST_URL=http://127.0.0.1:8065 PATMOST_ADMIN=admin PATMOST_PASSWORD=... python examples/python/events.py

The admin makes a team and a channel, posts, and hears over the WebSocket what is posted. Prints a line for each step; the
first surprise ends it with a traceback and exit code 1.
"""

import asyncio
import faulthandler
import json
import os
import uuid
from urllib.parse import urlsplit

from mattermostdriver import Driver

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


driver = Driver(
    {
        "scheme": server.scheme,
        "url": server.hostname,
        "port": server.port or 8065,
        "login_id": os.environ["PATMOST_ADMIN"],
        "password": os.environ["PATMOST_PASSWORD"],
        "request_timeout": 30,
    }
)
me = driver.login()
expect("the own id", driver.users.get_user("me")["id"] == me["id"] == driver.client.userid)
step("logs in by password")

team = driver.teams.create_team({"name": f"team-{run}", "display_name": "Team", "type": "O"})
by_name = driver.teams.get_team_by_name(team["name"])
expect("the team by its name", by_name["id"] == team["id"])
channel = driver.channels.create_channel(
    {"team_id": team["id"], "name": "talk", "display_name": "Talk", "type": "O"}
)
by_name = driver.channels.get_channel_by_name_and_team_name(team["name"], "talk")
expect("the channel by its name", by_name["id"] == channel["id"])
step("makes a team and a channel")

first = driver.posts.create_post({"channel_id": channel["id"], "message": "first"})
expect("its author", first["user_id"] == me["id"])
listed = driver.posts.get_posts_for_channel(channel["id"])
expect("it on top of the list", listed["order"][0] == first["id"])
expect("it in the list", listed["posts"][first["id"]]["message"] == "first")
step("posts, and reads the posts of the channel")

events = []


async def hear(message):
    event = json.loads(message)
    # A reply to a request of the driver has no name.
    if "event" not in event:
        return
    events.append(event)
    if event["event"] == "hello":
        # In a thread of its own, as the driver's REST blocks, and events are to be read meanwhile.
        post = {"channel_id": channel["id"], "message": "second"}
        asyncio.get_running_loop().run_in_executor(None, driver.posts.create_post, post)
    if event["event"] == "posted":
        driver.disconnect()


# The driver takes the thread's event loop; newer Pythons make none by themselves.
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
# Runs until `disconnect`.
driver.init_websocket(hear)
# The driver forgets the connection's own tasks.
for task in asyncio.all_tasks(loop):
    task.cancel()
loop.run_until_complete(asyncio.sleep(0))
loop.close()

expect("hello first", events[0]["event"] == "hello")
expect("no event lost", [event["seq"] for event in events] == list(range(len(events))))
step("the WebSocket takes the secret of the login, and says hello")

posted = events[-1]
post = json.loads(posted["data"]["post"])
expect("what was posted", (post["message"], post["user_id"]) == ("second", me["id"]))
expect("where", posted["broadcast"]["channel_id"] == post["channel_id"] == channel["id"])
expect("by whom", posted["data"]["sender_name"] == f"@{me['username']}")
step("hears what is posted")

listed = driver.posts.get_posts_for_channel(channel["id"])
expect("both, the newer first", listed["order"][:2] == [post["id"], first["id"]])
step("finds both posts in the channel, the newer first")

driver.logout()
