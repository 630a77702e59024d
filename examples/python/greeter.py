"""A small bot, as somebody may have one: it answers greetings (mmpy_bot), and posts reports (mattermostdriver)."""

import re
import time

from mattermostdriver.exceptions import InvalidOrMissingParameters
from mmpy_bot import Message, Plugin, listen_to
from requests.exceptions import ConnectionError, HTTPError


class Greeter(Plugin):
    @listen_to("^hello", re.IGNORECASE)
    async def hello(self, message: Message):
        self.driver.reply_to(message, f"Hello, {message.sender_name}")


def report(driver, channel_id, text, pause=0.01):
    """Posts, and tries again when the server is in trouble. Posted twice it is still one post: it has an id of ours."""
    post = {"channel_id": channel_id, "message": text, "pending_post_id": f"report:{text}"}
    for _ in range(3):
        try:
            return driver.posts.create_post(post)
        except InvalidOrMissingParameters:
            raise
        except (HTTPError, ConnectionError):
            time.sleep(pause)
    raise TimeoutError("the server does not take the report")
