"""What is said, asked for or taken away once more, over HTTP; and names that somebody has already."""

from __future__ import annotations

import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from .world import until, world


async def test_a_message_that_is_posted_again_says_where_its_answer_is():
    async with world() as one, httpx.AsyncClient(trust_env=False, base_url=one.url) as http:
        said = {"content": "Hello?", "id": "m1"}
        first = (await http.post("/api/sessions/x/messages", json=said)).json()
        await until(lambda: not one.hub.running("x"))
        await http.post("/api/sessions/x/messages", json={"content": "More?"})
        await until(lambda: not one.hub.running("x"))
        again = (await http.post("/api/sessions/x/messages", json=said)).json()
        assert again == first
        after = (await http.get("/api/sessions/x/events", params={"after": again["after"]})).text
        assert json.loads(after.splitlines()[1])["type"] == "turn.start"


async def test_a_new_title_of_a_finished_task_wakes_no_event_source():
    async with world() as one, httpx.AsyncClient(trust_env=False, base_url=one.url) as http:
        id = (await http.post("/api/agent/tasks", json={"prompt": "Work!"})).json()["taskId"]
        await until(lambda: not one.hub.running(id))
        last = (await http.get(f"/api/sessions/{id}")).json()["lastEventId"]
        await http.patch(f"/api/sessions/{id}", json={"title": "Rivers"})
        stream = f"/api/agent/tasks/{id}/stream"
        assert (await http.get(stream, headers={"last-event-id": str(last)})).status_code == 204
        assert (await http.get(stream)).status_code == 200


async def test_a_session_in_which_nobody_has_said_anything_can_be_taken_away():
    async with world() as one, httpx.AsyncClient(trust_env=False, base_url=one.url) as http:
        one.hub.new("empty")
        assert (await http.get("/api/sessions/empty")).status_code == 200
        assert (await http.delete("/api/sessions/empty")).status_code == 204
        assert (await http.get("/api/sessions/empty")).status_code == 404


async def test_nobody_hears_what_is_meant_for_somebody_elses_connection():
    async with world(locked=True) as one:
        ada, bob = (one.locks.tokens.invite(name, "member", 1) for name in ("ada", "bob"))
        async with connect(one.ws(f"/ws/printer?token={ada}")), connect(one.ws(f"/ws/printer?token={ada}")):
            await until(lambda: len(one.doors.readers) == 2)
            async with connect(one.ws(f"/ws/printer?token={bob}")) as other:
                assert "connected under that name" in await other.recv()
                with pytest.raises(ConnectionClosed):
                    await other.recv()
                assert other.close_code == 4003
