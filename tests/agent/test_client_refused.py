"""The Python client: where it may not, where nobody is, and what is no address at all."""

import asyncio

import pytest

from agent.client import AgentError, Denied, Gone, Unreachable, connect
from agent.client.address import Address
from agent.events import ThoughtDelta
from tests.builders import hub_with

from .client_server import Double, Fault, Gated, hasty


@pytest.mark.parametrize("code", [4001, 4003])
async def test_a_bad_token_is_refused_at_once(code: int):
    async with Double(hub_with(Gated()).new()) as server:
        server.faults = [Fault(greet=False, code=code)]
        with pytest.raises(Denied):
            await connect(server.url, token="mine").__aenter__()
        assert server.met[0].authorization == "Bearer mine"
        assert server.tried == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_foreign_address_is_refused_in_one_sentence(status: int):
    async with Double(hub_with(Gated()).new()) as server:
        server.faults = [Fault(status=status)]
        with pytest.raises(Denied) as error:
            await connect(server.url).__aenter__()
        assert str(status) not in str(error.value).replace(str(server.port), "")
        assert server.tried == 1


async def test_an_address_of_something_else_is_told_from_one_where_nothing_is():
    async with Double(hub_with(Gated()).new()) as server:
        with pytest.raises(AgentError, match="not Thinkaloud") as error:
            await connect(f"{server.url}/ws/chat").__aenter__()
        assert not isinstance(error.value, Unreachable)
        server.port, gone = 0, server.port
    with pytest.raises(Unreachable, match=rf"^Nothing answers at http://127.0.0.1:{gone}. Gave up after 5 tries.$"):
        await connect(f"http://127.0.0.1:{gone}", chance=hasty()).__aenter__()


async def test_a_deleted_session_ends_what_follows_it():
    async with Double(hub_with(Gated()).new()) as server, connect(server.url) as agent:
        server.faults = [Fault(at=lambda event: isinstance(event, ThoughtDelta), code=1000)]
        seen = agent.events(after=0)
        wanted = asyncio.create_task(agent.answer("Well?"))
        assert isinstance([event async for event in seen][-1], ThoughtDelta)
        await server.met[0].socket.close(1000)
        with pytest.raises(Gone):
            await wanted
        with pytest.raises(Gone):
            await agent.answer("Hello?")
        assert server.tried == 2


def test_an_address_is_what_a_person_has_at_hand():
    def read(url: str, session: str | None = None) -> tuple[str, str]:
        address = Address.read(url, session, new="new")
        return address.after(7).replace("dialect=native&", ""), address.shown

    assert read("http://h:8000") == ("ws://h:8000/ws/agent?session=new&after=7", "http://h:8000")
    assert read("https://h/think/", "a") == ("wss://h/think/ws/agent?session=a&after=7", "https://h/think")
    assert read("localhost:8000")[0] == "ws://localhost:8000/ws/agent?session=new&after=7"
    assert read("ws://h/ws/agent?session=b&after=3")[0] == "ws://h/ws/agent?session=b&after=7"
    assert read("wss://h/ws/secure?token=T") == ("wss://h/ws/secure?token=T&session=new&after=7", "wss://h/ws/secure")
    assert read("http://h/x/s/abc?share=T")[0] == "ws://h/x/ws/agent?share=T&session=abc&after=7"
    for wrong in ("ftp://h", "http://", "http://h:port", "http://h:99999"):
        with pytest.raises(AgentError, match="That is no address"):
            read(wrong)
    with pytest.raises(AgentError, match="1 to 64"):
        read("http://h", "a b")


def test_a_token_that_is_none_is_told_before_it_is_sent():
    with pytest.raises(AgentError, match="That is no token"):
        connect("http://localhost:8000", token="a\r\nHost: evil")


async def test_before_it_is_opened_it_says_how_to_open_it():
    with pytest.raises(AgentError, match="async with connect"):
        await connect("http://localhost:8000").answer("Well?")


async def test_a_proxy_for_the_world_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    async with Double(hub_with(Gated()).new()) as server, connect(server.url) as agent:
        assert agent.active_users == ("owner",)
