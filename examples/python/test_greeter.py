"""Tests of greeter.py against a real server, which conftest.py starts.

    pip install -r examples/python/requirements-test.txt
    PATMOST=target/release/patmost pytest examples/python
"""

import asyncio
import threading
import time
from urllib.parse import urlsplit

import pytest
from greeter import Greeter, report
from mattermostdriver import Driver
from mattermostdriver.exceptions import NoAccessTokenProvided
from mmpy_bot import Bot, Settings

CI = "abcdefghijklmnopqrstuvwxyz"
GREETER = "greeter3456789012345678901"


def driver(mattermost, token):
    address = urlsplit(mattermost.url)
    options = {"scheme": "http", "url": address.hostname, "port": address.port, "token": token}
    made = Driver({**options, "request_timeout": 10})
    made.login()
    return made


@pytest.fixture
def ci(mattermost):
    return driver(mattermost, CI)


@pytest.fixture
def talk(ci):
    return ci.channels.get_channel_by_name_and_team_name("team", "talk")["id"]


def said_in(ci, channel_id):
    return [post["message"] for post in ci.posts.get_posts_for_channel(channel_id)["posts"].values()]


def test_the_bot_answers_a_greeting(mattermost, ci, talk):
    address = urlsplit(mattermost.url)
    settings = Settings(
        MATTERMOST_URL=f"http://{address.hostname}",
        MATTERMOST_PORT=address.port,
        BOT_TOKEN=GREETER,
        BOT_TEAM="team",
        SCHEDULER_PERIOD=0.05,
    )
    bot = Bot(settings=settings, plugins=[Greeter()], enable_logging=False)

    def run():
        asyncio.set_event_loop(asyncio.new_event_loop())
        bot.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        # What was said before it listened, it does not hear: one greets until it answers.
        for _ in range(100):
            greeting = ci.posts.create_post({"channel_id": talk, "message": "Hello, everybody"})
            time.sleep(0.1)
            thread_of = ci.posts.get_thread(greeting["id"])["posts"].values()
            answers = [post["message"] for post in thread_of if post["id"] != greeting["id"]]
            if answers:
                break
        assert answers == ["Hello, ci"]
    finally:
        bot.driver.disconnect()
        # It looks up with the next event only.
        ci.posts.create_post({"channel_id": talk, "message": "Goodbye"})
        thread.join(10)
    assert not thread.is_alive()


def test_a_report_is_posted(ci, talk):
    assert report(ci, talk, "all is well")["user_id"] == ci.client.userid
    assert "all is well" in said_in(ci, talk)


def test_every_test_finds_the_seed(ci, talk):
    assert "all is well" not in said_in(ci, talk)


def test_a_report_is_posted_once_though_the_server_is_in_trouble(mattermost, ci, talk):
    trouble = {"method": "POST", "path": "/api/v4/posts", "times": 1}
    mattermost.fixture("PUT", "/faults", [{**trouble, "status": 503}, {**trouble, "drop": True}])
    report(ci, talk, "late")
    tried = mattermost.fixture("GET", "/requests?method=POST&path=/api/v4/posts")
    assert [call["status"] for call in tried] == [503, 0, 201]
    assert said_in(ci, talk).count("late") == 1


@pytest.mark.parametrize("state", ["expired", "disabled", "owner_deactivated", "rotated"])
def test_a_token_that_is_good_no_more(mattermost, state):
    made = mattermost.fixture("POST", "/tokens", {"state": state})
    with pytest.raises(NoAccessTokenProvided):
        driver(mattermost, made["token"])


def test_a_token_ends_tomorrow(mattermost):
    admin = driver(mattermost, mattermost.admin["token"])
    now = mattermost.fixture("GET", "/clock")["now"]
    ends = {"description": "a day", "expires_at": now + 86_400_000}
    token = admin.client.post("/users/me/tokens", options=ends)["token"]
    driver(mattermost, token)
    mattermost.fixture("PUT", "/clock", {"advance_ms": 86_400_000})
    with pytest.raises(NoAccessTokenProvided):
        driver(mattermost, token)
