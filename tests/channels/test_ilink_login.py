"""Logging in by QR code against a strict iLink: every state of a code, and who may be believed."""

from __future__ import annotations

import asyncio
import os
import pty
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.channels.ilink.api import NoAnswer
from bot.channels.ilink.login import CODES, Login, NotLoggedIn
from bot.channels.ilink.pauses import Pauses
from bot.channels.ilink.store import Session
from bot.channels.ilink.terminal import Terminal
from tests.channels.ilink_shop import NOW, Paper, an_account
from tests.fakes.faults import FOREVER
from tests.fakes.ilink import ME, FakeIlink
from tests.fakes.ilink_api import QRCODE, STATUS, VERIFY_CODE

EAGER = Pauses(login=0.0)


class Desk:
    """A login before a fake iLink, and what is seen of it."""

    def __init__(self, ilink: FakeIlink, http: aiohttp.ClientSession) -> None:
        self.ilink, self.http, self.screen = ilink, http, Paper()
        self.kept = 0

    async def keep(self) -> None:
        self.kept += 1

    def login(self, pauses: Pauses = EAGER, **changed: object) -> Login:
        account = an_account(api_base=self.ilink.api_base, **changed)
        return Login(account, self.http, self.screen, pauses)

    async def run(self, known: Session | None = None, **changed: object) -> Session:
        """A login that is scanned as soon as a code waits for it."""
        running = asyncio.create_task(self.login(**changed).run(self.keep, known))
        asked = self.ilink.called(STATUS)
        await self.ilink.until(lambda: running.done() or self.ilink.called(STATUS) > asked)
        if not running.done() and not self.ilink.states:
            await self.ilink.scan()
        async with asyncio.timeout(20):
            return await running


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with FakeIlink(now=lambda: NOW) as ilink, aiohttp.ClientSession() as http:
        yield Desk(ilink, http)


async def scanned(desk: Desk, running: asyncio.Task[Session], codes: int = 1) -> Session:
    """The last of so many codes is scanned once the states are through."""
    await desk.ilink.until(lambda: not desk.ilink.states and len(desk.ilink.codes) == codes)
    await desk.ilink.scan()
    async with asyncio.timeout(20):
        return await running


async def test_a_code_is_shown_and_scanned(desk: Desk) -> None:
    session = await desk.run()
    assert session.token in desk.ilink.logins and (session.user_id, session.base) == (ME, desk.ilink.api_base)
    assert desk.screen.codes == [f"https://liteapp.weixin.qq.com/q/{name}" for name in desk.ilink.codes]
    assert ME in desk.screen.lines[-1]
    assert session.token not in repr(session) + "".join(desk.screen.lines)
    assert desk.kept >= 1


async def test_scanned_on_the_phone_is_said_once(desk: Desk) -> None:
    desk.ilink.states.extend([{"status": "wait"}, {"status": "scaned"}, {"status": "scaned"}])
    await scanned(desk, asyncio.create_task(desk.login().run(desk.keep, None)))
    assert sum("确认" in line for line in desk.screen.lines) == 1


@pytest.mark.parametrize("state", ["expired", "verify_code_blocked", "binded_redirect"])
async def test_a_code_that_is_spent_is_replaced(desk: Desk, state: str) -> None:
    desk.ilink.states.append({"status": state})
    session = await scanned(desk, asyncio.create_task(desk.login().run(desk.keep, None)), 2)
    assert len(desk.screen.codes) == 2 and session.user_id == ME


async def test_a_code_that_lasts_too_long_is_replaced(desk: Desk) -> None:
    desk.ilink.states.extend([{"status": "wait"}] * 3)
    login = desk.login(replace(EAGER, code=0.0))
    with pytest.raises(NotLoggedIn):
        await login.run(desk.keep, None)
    assert len(desk.screen.codes) == CODES


async def test_nobody_scans(desk: Desk) -> None:
    desk.ilink.states.extend([{"status": "expired"}] * CODES)
    with pytest.raises(NotLoggedIn):
        await desk.login().run(desk.keep, None)
    assert len(desk.ilink.codes) == CODES == 4
    assert "没有人扫" in desk.screen.lines[-1]


async def test_sent_on_to_another_host(desk: Desk) -> None:
    other = desk.ilink.api_base.removeprefix("http://").replace("127.0.0.1", "localhost")
    desk.ilink.states.append({"status": "scaned_but_redirect", "redirect_host": other})
    running = asyncio.create_task(desk.login(hosts=["localhost"]).run(desk.keep, None))
    assert (await scanned(desk, running)).user_id == ME
    assert len(desk.screen.codes) == 1


async def test_sent_on_to_a_host_that_nobody_knows(desk: Desk) -> None:
    desk.ilink.states.append({"status": "scaned_but_redirect", "redirect_host": "evil.example"})
    running = asyncio.create_task(desk.login().run(desk.keep, None))
    await desk.ilink.until(lambda: len(desk.ilink.codes) == 2)
    desk.ilink.other_host = None
    assert (await scanned(desk, running, 2)).user_id == ME and len(desk.screen.codes) == 2


async def test_a_base_that_nobody_knows_is_not_used(desk: Desk) -> None:
    confirmed = {
        "status": "confirmed",
        "bot_token": "t",
        "ilink_user_id": ME,
        "baseurl": "https://evil.example",
    }
    desk.ilink.states.append(confirmed)
    session = await desk.login().run(desk.keep, None)
    assert (session.token, session.base) == ("t", "")


@pytest.mark.parametrize("token", [None, "", "two words", "x\r\nEvil: 1", 5])
async def test_confirmed_without_a_token(desk: Desk, token: object) -> None:
    desk.ilink.states.append({"status": "confirmed", "bot_token": token})
    with pytest.raises(NoAnswer):
        await desk.login().run(desk.keep, None)


async def test_a_number_is_asked_for_until_it_is_right(desk: Desk) -> None:
    desk.ilink.states.append({"status": "need_verifycode"})
    desk.screen.types = ["0000", VERIFY_CODE]
    session = await scanned(desk, asyncio.create_task(desk.login().run(desk.keep, None)))
    assert session.user_id == ME and desk.screen.types == []
    assert [q.get("verify_code") for q in desk.ilink.asked(STATUS)] == [None, "0000", VERIFY_CODE]


async def test_where_nobody_can_type_there_is_another_code(desk: Desk) -> None:
    desk.ilink.states.append({"status": "need_verifycode"})
    session = await scanned(desk, asyncio.create_task(desk.login().run(desk.keep, None)), 2)
    assert session.user_id == ME and len(desk.screen.codes) == 2


async def test_what_the_platform_still_has_bound_goes_on(desk: Desk) -> None:
    known = Session("old", user_id=ME, expired=True)
    desk.ilink.states.append({"status": "binded_redirect"})
    assert await desk.login().run(desk.keep, known) == known


async def test_a_broken_poll_is_no_spent_code(desk: Desk) -> None:
    desk.ilink.inject(STATUS, status=502)
    desk.ilink.inject(STATUS, drop="before")
    running = asyncio.create_task(desk.login().run(desk.keep, None))
    await desk.ilink.until(lambda: desk.ilink.called(STATUS) == 3)
    assert (await scanned(desk, running)).user_id == ME
    assert len(desk.screen.codes) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"ret":-1}',
        b'{"qrcode":"x","qrcode_img_content":"two words"}',
        b'{"qrcode":"x","qrcode_img_content":"' + b"x" * 3000 + b'"}',
        b"[" * 100_000,
    ],
)
async def test_no_code_to_show(desk: Desk, body: bytes) -> None:
    desk.ilink.inject(QRCODE, status=200, body=body, times=FOREVER)
    with pytest.raises(NoAnswer):
        await desk.login().run(desk.keep, None)
    assert desk.screen.codes == []


async def test_who_loses_the_account_shows_no_more(desk: Desk) -> None:
    async def lost() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await desk.login().run(lost, None)
    assert desk.ilink.called(STATUS) == 0


# --- the terminal


async def test_a_line_is_taken_from_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        os.write(ours, b"4711\n")
        async with asyncio.timeout(10):
            assert await Terminal().typed() == "4711"
    os.close(ours)


async def test_where_no_terminal_is_nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert await Terminal().typed() == ""


def test_the_code_is_shown_beside_what_the_program_prints(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().show("https://liteapp.weixin.qq.com/q/1", "扫这个：")
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith("扫这个：\n") and "█" in shown.err
