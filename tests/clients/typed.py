"""REST and events with matterapi 0.5, as it is published: every answer becomes a typed model, and the WebSocket has its
credential on the upgrade. Run by .ci/clients.
"""

# wire clients: matterapi 0.5.0

import asyncio
import faulthandler
import os

import httpx
from matterapi import SyncClient
from matterapi.client.base import ApiClientOptions
from matterapi.models import CreateChannelJsonBody, CreatePostJsonBody, CreateTeamJsonBody

faulthandler.dump_traceback_later(60, exit=True)
url = os.environ["PATMOST_URL"]
steps = 0


def step(text):
    global steps
    steps += 1
    print(f"ok {steps} {text}", flush=True)


def expect(what, is_so):
    if not is_so:
        raise AssertionError(f"expected {what}")


def client(**auth):
    return SyncClient(options=ApiClientOptions(url=url, auth=auth))


login = {"login_id": os.environ["PATMOST_ADMIN"], "password": os.environ["PATMOST_PASSWORD"]}
answer = httpx.post(f"{url}/api/v4/users/login", json=login)
admin = client(token=answer.headers["Token"])
me = admin.users.get_user("me")
expect("the own account", me.id == answer.json()["id"])
step("reads the own account into its model")

team = admin.teams.create_team(json_body=CreateTeamJsonBody(name="team", display_name="Team", type="O"))
body = CreateChannelJsonBody(team_id=team.id, name="talk", display_name="Talk", type="O")
channel = admin.channels.create_channel(json_body=body)
expect("the channel by its name", admin.channels.get_channel_by_name(team.id, "talk").id == channel.id)
step("makes a team and a channel")

events = []


def post():
    admin.posts.create_post(json_body=CreatePostJsonBody(channel_id=channel.id, message="hello"))


async def hear(event):
    events.append(event)
    # The client keeps hello to itself; the next is that the account is online.
    if event.get("event") == "status_change":
        asyncio.get_running_loop().run_in_executor(None, post)


async def listen():
    listening = asyncio.ensure_future(admin.start_ws(hear))
    while not any(event.get("event") == "posted" for event in events):
        expect("a connection", not listening.done())
        await asyncio.sleep(0.02)
    listening.cancel()


asyncio.run(listen())
expect("no event lost", [event["seq"] for event in events] == list(range(1, len(events) + 1)))
step("hears what is posted, without any challenge")
