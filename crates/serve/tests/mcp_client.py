"""Lists and calls every tool of `enact mcp` with the official Python SDK.

    pip install "mcp>=2"
    python crates/serve/tests/mcp_client.py target/debug/enact

Exits with an error if a tool, resource or prompt is missing or does not do what it says: a cube is put
in the bowl by tool calls alone, a call beyond a limit is refused, a cancelled call stops the arm.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client

ROOT = Path(__file__).resolve().parents[3]
TASK = "put the red cube in the blue bowl"
PLAN = {
    "steps": [
        {"skill": "pick", "object": "red cube"},
        {"skill": "place", "object": "red cube", "relation": "in", "target": "blue bowl"},
        {"skill": "done"},
    ]
}
TOOLS = {
    "see", "plan", "run_task", "pick", "place", "push", "rotate", "point", "home", "stop", "clear",
    "resume", "runs", "replay_in_simulation",
}


async def done(session, tool, **arguments):
    result = await session.call_tool(tool, arguments)
    assert not result.is_error, (tool, result)
    return result.structured_content


async def refused(session, tool, part, **arguments):
    result = await session.call_tool(tool, arguments)
    assert result.is_error and part in result.content[0].text, (tool, result)


async def says_yes(_context, parameters):
    assert "1. pick red cube" in parameters.message or "stopped" in parameters.message, parameters
    return types.ElicitResult(action="accept", content={"yes": True})


async def every_tool(session, folder):
    await session.initialize()
    listed = {tool.name: tool for tool in (await session.list_tools()).tools}
    assert set(listed) == TOOLS, set(listed) ^ TOOLS
    for tool in listed.values():
        assert tool.annotations.read_only_hint == (tool.name in {"see", "plan", "runs", "replay_in_simulation"}), tool
    resources = (await session.list_resources()).resources
    for resource in resources:
        assert (await session.read_resource(resource.uri)).contents, resource
    assert (await session.list_prompts()).prompts

    seen = await done(session, "see")
    assert any(thing["id"] == "red cube" for thing in seen["scene"]["objects"]), seen
    planned = await done(session, "plan", instruction=TASK)
    assert all(step["verdict"] != "refused" for step in planned["steps"]), planned
    for skill in ("pick", "push", "point", "rotate"):
        more = {"push": {"direction": "left"}, "rotate": {"degrees": 400}}.get(skill, {})
        await refused(session, skill, "400" if skill == "rotate" else "pink hat", object="pink hat", **more)
    await done(session, "point", object="red cube")
    await done(session, "home")
    ran = await done(session, "run_task", instruction=TASK)
    assert ran["reached"] is True, ran
    seen = await done(session, "see")
    cube = next(thing for thing in seen["scene"]["objects"] if thing["id"] == "red cube")
    assert cube["rests"] == {"relation": "in", "on": "blue bowl"}, cube
    place = {"object": "red cube", "relation": "in", "target": "blue bowl"}
    await refused(session, "place", "", **place)
    await done(session, "stop")
    await refused(session, "home", "`clear`")
    await done(session, "clear")
    await done(session, "resume")
    await done(session, "home")
    runs = await done(session, "runs")
    assert runs["runs"] == [] or runs["runs"][0]["name"], (runs, folder)
    await refused(session, "replay_in_simulation", "no such run", name="../secret.mcap")


async def cancelled(session):
    await session.initialize()
    call = asyncio.create_task(session.call_tool("pick", {"object": "red cube"}))
    while (await done(session, "see", look=False, picture=False))["state"] != "moving":
        assert not call.done(), call.result()
        await asyncio.sleep(0.05)
    # The SDK tells the server.
    call.cancel()
    while (state := (await done(session, "see", look=False, picture=False))["state"]) != "stopped":
        assert state == "moving", state
        await asyncio.sleep(0.05)


async def main(program):
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder, "plan.json")
        plan.write_text(json.dumps(PLAN))
        arguments = ["mcp", "--plan", str(plan), "--perception", "ground-truth", "--no-record"]

        def server(*more):
            environment = {**os.environ, "ENACT_HOME": str(ROOT)}
            return StdioServerParameters(
                command=str(Path(program).resolve()), args=[*arguments, *more], env=environment, cwd=folder
            )

        async with stdio_client(server()) as (read, write):
            async with ClientSession(read, write, elicitation_callback=says_yes) as session:
                await every_tool(session, folder)
        async with stdio_client(server("--realtime")) as (read, write):
            async with ClientSession(read, write) as session:
                await cancelled(session)
    print(f"{len(TOOLS)} tools, as they say")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
