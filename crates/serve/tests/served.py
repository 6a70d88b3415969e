"""A server for scripts that try it: started with a plan of a file, its token read, its driver kept."""

import atexit
import contextlib
import http.client
import json
import re
import signal
import subprocess
import threading
from pathlib import Path

PUT = [
    {"skill": "pick", "object": "red cube"},
    {"skill": "place", "object": "red cube", "relation": "in", "target": "blue bowl"},
    {"skill": "done"},
]


class Server:
    """`enact serve` in a folder of its own, on a free port."""

    def __init__(self, program, folder, *more, steps=PUT, tokens=None):
        """Starts it; `tokens` are pairs of name and role, their tokens are in `self.tokens`."""
        self.folder = Path(folder)
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps({"steps": steps}))
        arguments = ["--listen", "127.0.0.1:0", "--plan", plan, "--perception", "ground-truth"]
        arguments += ["--state", self.folder / "queue.json", "--runs", self.folder / "runs"]
        self.tokens = {name: f"token-of-{name}".ljust(32, "x") for name, _ in tokens or []}
        if tokens:
            arguments += ["--tokens", self._write(tokens)]
        (self.folder / "runs").mkdir(exist_ok=True)
        self.child = subprocess.Popen(
            [program, "serve", *map(str, arguments), *more],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "said.txt").open("w"),
            text=True,
        )
        # Whatever goes wrong here, it does not stay.
        atexit.register(self.child.kill)
        line = self.child.stdout.readline()
        found = re.match(r"http://([^/]+)/(?:\?token=(\S+))?", line)
        if not found:
            raise SystemExit(f"no server: {line}{(self.folder / 'said.txt').read_text()}")
        self.address, owner = found.groups()
        if owner:
            self.tokens["owner"] = owner

    def _write(self, tokens):
        file = self.folder / "tokens.toml"
        file.touch(mode=0o600)
        entry = '[[token]]\nname = "{}"\nrole = "{}"\ntoken = "{}"\n'
        file.write_text("".join(entry.format(name, role, self.tokens[name]) for name, role in tokens))
        return file

    @property
    def url(self):
        return f"http://{self.address}"

    def headers(self, name):
        return {"Authorization": f"Bearer {self.tokens[name]}"}

    def ask(self, name, method, path, body=None):
        """Sends a request on a connection of its own; returns status and JSON."""
        headers = self.headers(name)
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        with contextlib.closing(http.client.HTTPConnection(self.address, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        return answer.status, json.loads(text) if text else None

    def end(self):
        """Ends it as Ctrl-C does; whatever it said is in `said.txt`."""
        self.child.send_signal(signal.SIGINT)
        try:
            return self.child.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()


@contextlib.contextmanager
def repeated(work, period):
    """Does something every `period` seconds, on a thread of its own."""
    over = threading.Event()

    def repeat():
        while not over.wait(period):
            work()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def driven(server, name, period):
    """Keeps this client the driver of an arm that may move, every `period` seconds."""

    def keep():
        for path, body in [("/v1/driver", {"force": True}), ("/v1/clear", None), ("/v1/resume", None)]:
            with contextlib.suppress(OSError, http.client.HTTPException):
                server.ask(name, "POST", path, body)

    server.ask(name, "POST", "/v1/driver", {"force": True})
    with repeated(keep, period):
        yield
