"""Errbot 6.2 with err-backend-mattermost 3.0, as they are published: a bot that is asked in a channel and in private, and
answers both. Run by .ci/clients.
"""

# wire clients: Errbot 6.2.0 with err-backend-mattermost 3.0.0

import asyncio
import faulthandler
import os
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests

# Its module stands beside this file by name only: what is meant is the package.
sys.path = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]
# The backend was written for a Python that had this.
if not hasattr(asyncio, "coroutine"):

    def coroutine(function):
        async def call(*arguments):
            return function(*arguments)

        return call

    asyncio.coroutine = coroutine

faulthandler.dump_traceback_later(60, exit=True)
url = os.environ["PATMOST_URL"]
server = urlsplit(url)
steps = 0


def step(text):
    global steps
    steps += 1
    print(f"ok {steps} {text}", flush=True)


def call(method, path, body=None, **options):
    answer = session.request(method, f"{url}/api/v4{path}", json=body, timeout=10, **options)
    answer.raise_for_status()
    return answer.json()


session = requests.Session()
login = {"login_id": os.environ["PATMOST_ADMIN"], "password": os.environ["PATMOST_PASSWORD"]}
answer = session.post(f"{url}/api/v4/users/login", json=login, timeout=10)
session.headers["Authorization"] = f"Bearer {answer.headers['Token']}"
me = answer.json()
call("PUT", "/config/patch", {"ServiceSettings": {"EnableUserAccessTokens": True}})
account = {"username": "errbot", "email": "errbot@example.com", "password": "Correct-Horse-1"}
bot = call("POST", "/users", account)
token = call("POST", f"/users/{bot['id']}/tokens", {"description": "x"})["token"]
team = call("POST", "/teams", {"name": "team", "display_name": "Team", "type": "O"})
call("POST", f"/teams/{team['id']}/members", {"team_id": team["id"], "user_id": bot["id"]})
square = call("GET", f"/teams/{team['id']}/channels/name/town-square")
direct = call("POST", "/channels/direct", [me["id"], bot["id"]])

folder = Path(tempfile.mkdtemp())
(folder / "data").mkdir()
backend = Path(sysconfig.get_paths()["purelib"]) / "err-backend-mattermost"
identity = {
    "team": "team", "server": server.hostname, "port": server.port, "scheme": "http", "token": token,
}
(folder / "config.py").write_text(f"""
import logging
BACKEND = "Mattermost"
BOT_EXTRA_BACKEND_DIR = {str(backend)!r}
BOT_DATA_DIR = {str(folder / "data")!r}
BOT_EXTRA_PLUGIN_DIR = None
BOT_LOG_LEVEL = logging.CRITICAL
BOT_ADMINS = ("@admin",)
BOT_PREFIX = "!"
BOT_IDENTITY = {identity!r}
""")
sys.path.insert(0, str(folder))
sys.path.insert(0, str(backend))


def drive():
    """Asks over REST, and reads what the bot answers."""
    try:
        for channel, where in [(square, "in the channel"), (direct, "in private")]:
            until = time.monotonic() + 20
            while time.monotonic() < until:
                asked = call("POST", "/posts", {"channel_id": channel["id"], "message": "!echo hello"})
                time.sleep(0.5)
                posts = call("GET", f"/channels/{channel['id']}/posts")["posts"].values()
                if any(p["user_id"] == bot["id"] and p["message"] == "hello" for p in posts):
                    break
            else:
                raise AssertionError(f"expected an answer {where}")
            step(f"hears a command {where} and answers it")
        os._exit(0)
    except BaseException as error:
        print(repr(error), flush=True)
        os._exit(1)


threading.Thread(target=drive, daemon=True).start()
from errbot.cli import main

sys.argv = ["errbot", "--config", str(folder / "config.py")]
main()
