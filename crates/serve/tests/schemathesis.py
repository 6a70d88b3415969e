"""Requests made from the OpenAPI document, sent to `enact serve` with the simulator. By hand:

    python3 -m venv /tmp/schemathesis
    /tmp/schemathesis/bin/pip install schemathesis==4.32.5
    /tmp/schemathesis/bin/python crates/serve/tests/schemathesis.py target/debug/enact

It fails if any request is answered by a 5xx, if an answer is not as the document says, if a request
without a token is answered, if nonsense is taken, or if fewer than 2,000 requests were tried.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# The name of this file is that of the package, too.
sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent.resolve()]
sys.path.append(str(Path(__file__).parent))
from served import Server, driven

# They have no end; `http.rs` reads them.
STREAMS = ["/v1/events", "/v1/camera/stream.mjpg"]
# What is added to the checks.
HOOKS = Path(__file__).resolve().with_name("schemathesis_hooks.py")
# What fits the document may still be refused: an arm that is stopped, an object that is not there.
UNFIT = "positive_data_acceptance"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("--examples", type=int, default=2000, help="fewest requests")
    parser.add_argument("--each", type=int, default=100, help="most requests for an operation and phase")
    parser.add_argument("--seconds", type=int, help="time after which no more are made")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(args.program.resolve(), folder)
        command = [Path(sys.executable).with_name("schemathesis"), "run", f"{server.url}/openapi.json"]
        command += ["--header", f"Authorization:{server.headers('owner')['Authorization']}"]
        command += ["--checks", "all", "--exclude-checks", UNFIT, "--phases", "examples,coverage,fuzzing"]
        command += ["--max-examples", str(args.each), "--seed", str(args.seed), "--continue-on-failure"]
        # Below what one client may ask for.
        command += ["--rate-limit", "80/s", "--no-color", "--request-timeout", "60"]
        command += [word for path in STREAMS for word in ("--exclude-path", path)]
        if args.seconds:
            command += ["--max-time", str(args.seconds)]
        with driven(server, "owner", 1):
            run = subprocess.Popen(
                list(map(str, command)),
                cwd=folder,
                env={**os.environ, "PYTHONPATH": "", "SCHEMATHESIS_HOOKS": str(HOOKS)},
                stdout=subprocess.PIPE,
                text=True,
            )
            said = ""
            for line in run.stdout:
                print(line, end="")
                said += line
            failed = run.wait() != 0
        lives = server.child.poll() is None
        status = server.end()
        if not lives or status != 0:
            print((server.folder / "said.txt").read_text())
            sys.exit(f"the server ended with {status}")
    tried = sum(int(count) for count in re.findall(r"(\d+) generated", said))
    print(f"{tried} requests")
    if tried < args.examples:
        sys.exit(f"fewer than {args.examples} requests")
    sys.exit(failed)


if __name__ == "__main__":
    main()
