"""A Mattermost for tests: one process for all of them, and each test finds it as examples/seed.json says.

Copy this file beside your tests. PATMOST names the program; without it, it is looked for in PATH."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest

SEED = Path(__file__).parent.parent / "seed.json"


class Mattermost:
    def __init__(self, url, admin, **_):
        self.url, self.admin = url, admin

    def fixture(self, method, path, body=None):
        """Asks for what no client can: another time, faults, what was called, tokens in every state."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/fixture{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=40) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def patmost():
    command = [os.environ.get("PATMOST", "patmost"), "serve", "--ephemeral", f"--seed={SEED}"]
    command += ["--exit-with-stdin", "--max-lifetime=10m"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Mattermost(**json.loads(process.stdout.readline()))
        process.stdin.close()


@pytest.fixture
def mattermost(patmost):
    patmost.fixture("POST", "/reset")
    return patmost
