"""Lists and calls every tool of `enact mcp` with the official Python SDK.

    pip install "mcp>=2"
    python crates/serve/tests/mcp_client.py target/debug/enact

Exits with an error if a tool, resource or prompt is missing or does not do what it says: a cube is put
in the bowl by tool calls alone, a call beyond a limit is refused with the reason, nothing is carried
out after a no, a cancelled call stops the arm.
"""

import asyncio
import json
import os
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client

ROOT = Path(__file__).resolve().parents[3]
TASK = "put the red cube in the blue bowl"
CUBE = {"object": "red cube"}
IN_BOWL = {"relation": "in", "on": "blue bowl"}
PLAN = {
    "steps": [
        {"skill": "pick", "object": "red cube"},
        {"skill": "place", "object": "red cube", "relation": "in", "target": "blue bowl"},
        {"skill": "done"},
    ]
}
READ_ONLY = {"see", "plan", "runs", "replay_in_simulation"}
TOOLS = READ_ONLY | {
    "run_task", "pick", "place", "push", "rotate", "point", "home", "stop", "clear", "resume",
}
# Longest time that is waited for anything, seconds.
SOON = 120


class Person:
    """Whoever sits before the client."""

    def __init__(self, says):
        self.says = says
        self.asked = []

    async def __call__(self, _context, parameters):
        self.asked.append(parameters.message)
        return types.ElicitResult(action="accept", content={"yes": self.says})


class Arm:
    """The tools, as a language model's program calls them."""

    def __init__(self, session, called):
        self.session = session
        self.called = called

    async def call(self, tool, **arguments):
        self.called.add(tool)
        return await asyncio.wait_for(self.session.call_tool(tool, arguments), SOON)

    async def done(self, tool, **arguments):
        result = await self.call(tool, **arguments)
        assert not result.is_error, (tool, result)
        return result.structured_content

    async def refused(self, tool, reason, **arguments):
        result = await self.call(tool, **arguments)
        assert result.is_error and reason in result.content[0].text, (tool, result)

    async def cube_rests(self):
        seen = await self.done("see")
        assert seen["looked"], seen
        return next(it for it in seen["scene"]["objects"] if it["id"] == "red cube")["rests"]

    async def read(self, address):
        contents = (await self.session.read_resource(address)).contents[0]
        return json.loads(contents.text)

    async def reaches(self, state, on_the_way):
        """Waits for a state of the arm."""
        for _ in range(SOON * 20):
            status = await self.read("enact://status")
            if status["state"] == state:
                return
            assert status["state"] in on_the_way, status
            await asyncio.sleep(0.05)
        raise AssertionError(f"{state} does not come")


async def everything_is_listed(arm):
    listed = (await arm.session.list_tools()).tools
    assert {tool.name for tool in listed} == TOOLS, listed
    for tool in listed:
        assert tool.annotations.read_only_hint == (tool.name in READ_ONLY), tool
    listed = {resource.uri for resource in (await arm.session.list_resources()).resources}
    addresses = {f"enact://{it}" for it in ("camera/frame.jpg", "robot", "scene", "status")}
    assert addresses <= listed, listed
    for address in addresses:
        assert (await arm.session.read_resource(address)).contents, address
    prompts = (await arm.session.list_prompts()).prompts
    assert {"put", "tidy", "look", "explain_run"} == {prompt.name for prompt in prompts}, prompts
    for prompt in prompts:
        values = {argument.name: "red cube" for argument in prompt.arguments or []}
        assert (await arm.session.get_prompt(prompt.name, values)).messages, prompt


async def step_by_step(arm):
    assert await arm.cube_rests() != IN_BOWL
    for skill, more in [
        ("pick", {}),
        ("push", {"direction": "left"}),
        ("point", {}),
        ("rotate", {"degrees": 30}),
    ]:
        await arm.refused(skill, "pink hat", object="pink hat", **more)
    await arm.refused("rotate", "-360 to 360", **CUBE, degrees=400)
    await arm.refused("push", "`away`", **CUBE, direction="up")
    await arm.done("point", **CUBE)
    await arm.done("rotate", **CUBE, degrees=30)
    await arm.done("push", **CUBE, direction="away")
    await arm.done("pick", **CUBE)
    await arm.done("place", **CUBE, relation="in", target="blue bowl")
    await arm.done("home")
    assert await arm.cube_rests() == IN_BOWL


async def with_a_yes(arm, person):
    planned = await arm.done("plan", instruction=TASK)
    verdicts = [step["verdict"] for step in planned["steps"]]
    assert "feasible" in verdicts and "refused" not in verdicts, planned
    assert person.asked == []
    ran = await arm.done("run_task", instruction=TASK)
    assert ran["reached"] is True, ran
    assert len(person.asked) == 1 and "1. pick red cube\n" in person.asked[0], person.asked
    assert await arm.cube_rests() == IN_BOWL
    assert (await arm.done("stop"))["stopped"]
    await arm.refused("home", "`clear`")
    await arm.done("clear")
    assert "May it move again?" in person.asked[-1], person.asked
    await arm.done("resume")
    await arm.done("home")


async def with_a_no(arm, person):
    await arm.refused("run_task", "said no", instruction=TASK)
    assert len(person.asked) == 1, person.asked
    assert await arm.cube_rests() != IN_BOWL


async def recorded(arm):
    runs = (await arm.done("runs"))["runs"]
    assert [run["name"] for run in runs] == ["first.mcap"], runs
    story = await arm.done("runs", name="first.mcap")
    assert story["story"]["log"], story
    assert (await arm.read("enact://runs/first.mcap"))["log"]
    replayed = await arm.done("replay_in_simulation", name="first.mcap")
    assert replayed["as_recorded"] and replayed["motions"] > 0, replayed
    await arm.refused("replay_in_simulation", "no such run", name="../secret.mcap")


async def cancelled(arm):
    await arm.refused("run_task", "cannot ask a person", instruction=TASK)
    call = asyncio.create_task(arm.call("pick", **CUBE))
    await arm.reaches("moving", {"idle", "planning"})
    assert not call.done(), call.result()
    # The SDK tells the server.
    call.cancel()
    await arm.reaches("stopped", {"moving", "planning"})
    while (status := await arm.read("enact://status"))["task"]:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    later = await arm.read("enact://status")
    assert later["joints"] == status["joints"] and later["joints"], "it stands"
    await arm.refused("home", "`clear`")
    await arm.refused("clear", "a person's yes")


async def main(program):
    called = set()
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder, "plan.json")
        plan.write_text(json.dumps(PLAN))

        @asynccontextmanager
        async def arm(*more, person=None):
            """Starts the program, with somebody before the client or nobody."""
            server = StdioServerParameters(
                command=str(Path(program).resolve()),
                args=["mcp", "--plan", str(plan), "--perception", "ground-truth", *more],
                env={**os.environ, "ENACT_HOME": str(ROOT)},
                cwd=folder,
            )
            async with stdio_client(server) as (read, write):
                async with ClientSession(read, write, elicitation_callback=person) as session:
                    await session.initialize()
                    yield Arm(session, called)

        async with arm("--record", "runs/first.mcap") as it:
            await everything_is_listed(it)
            await step_by_step(it)
        yes, no = Person(True), Person(False)
        async with arm("--no-record", person=yes) as it:
            await with_a_yes(it, yes)
        async with arm("--no-record", person=no) as it:
            await with_a_no(it, no)
        async with arm("--no-record") as it:
            await recorded(it)
        async with arm("--no-record", "--realtime") as it:
            await cancelled(it)
    assert called == TOOLS, TOOLS - called
    print(f"{len(TOOLS)} tools do what they say")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
