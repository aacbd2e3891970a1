"""Sending: windows, every error code, broken calls, menus, welcome codes, sessions (CHANNELS §2.3, §2.4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp.test_utils import unused_port
from pydantic import ValidationError

from bot.channels.wecom_kf import capability_of
from bot.channels.wecom_kf.errors import TABLE
from bot.core.delivery import Kind, Verdict, Window
from bot.core.events import BuyerEvent, Happening
from storage import pulling
from storage.db import Database
from tests.channels.wecom_kf_bench import ANN, Bench, a_bench, a_text, an_account
from tests.fakes.wecom_api import (
    BOT,
    ENDED,
    FOREVER,
    GETTOKEN,
    PERSON,
    SEND,
    SEND_ON_EVENT,
    STATE,
    WAITING,
    Code,
)


@pytest.fixture
async def bench(sqlite_url: str) -> AsyncIterator[Bench]:
    database = Database(sqlite_url)
    async with a_bench(database) as bench:
        bench.wecom.person(ANN).right.open(bench.wecom.now())
        yield bench
    database.close()


def test_what_the_account_can_do() -> None:
    can = capability_of(an_account())
    assert (can.passive, can.api, can.idempotent, can.text_bytes) == (False, True, True, 2000)
    assert can.message_window == Window(5, timedelta(hours=48))
    assert can.touch_window == Window(1, timedelta(seconds=20))
    assert not capability_of(an_account(repeatable=False)).idempotent


@pytest.mark.parametrize(
    "changed",
    [
        {"secret": ""},
        {"token": ""},
        {"encoding_aes_key": "short"},
        {"poll": "5s"},
        {"api_base": "qyapi"},
        {"corp_id": " "},
        {"agent": 1},
    ],
)
def test_a_wrong_account_is_not_opened(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        an_account(**changed)


# --- texts


@pytest.mark.parametrize(
    "text", ["在的，现货～", 'a"b\\n\n换行', "😀]]>\\u4f60", "x" * 2000, "a\x00\x07b\udc80c"]
)
async def test_a_text_arrives_as_it_is(bench: Bench, text: str) -> None:
    outcome = await bench.channel().send(a_text(text))
    assert (outcome.verdict, outcome.code, outcome.reason) == (Verdict.SENT, "0", "")
    assert bench.wecom.phones[ANN] == [text.replace("\x00", "").replace("\x07", "").replace("\udc80", "")]
    assert outcome.platform_id in bench.wecom.taken


async def test_five_in_48_hours(bench: Bench) -> None:
    kf = bench.channel()
    verdicts = [(await kf.send(a_text("在的", n))).verdict for n in range(6)]
    assert verdicts == [Verdict.SENT] * 5 + [Verdict.QUOTA_USED]
    bench.wecom.people[ANN].right.open(bench.wecom.now())
    assert (await kf.send(a_text("又来了", 7))).verdict is Verdict.SENT
    bench.advance(timedelta(hours=48, seconds=1))
    late = await kf.send(a_text("晚了", 8))
    assert (late.verdict, late.code) == (Verdict.WINDOW_CLOSED, "95002")


async def test_message_ids_are_wecoms_and_another_databases_differ(bench: Bench) -> None:
    kf = bench.channel()
    await kf.send(a_text("一", 10**18))
    (msgid,) = bench.wecom.taken
    assert len(msgid) <= 32
    await bench.database.write(lambda c: c.exec_driver_sql("DELETE FROM pull"))
    assert (await bench.channel().send(a_text("一", 10**18))).verdict is Verdict.SENT
    assert len(bench.wecom.taken) == 2


async def test_the_same_message_again_is_shown_once(bench: Bench) -> None:
    bench.wecom.inject(SEND, drop="after")
    kf = bench.channel()
    assert (await kf.send(a_text("一"))).verdict is Verdict.RETRY
    again = await bench.channel().send(a_text("一", attempts=1))  # another process, the same rows
    assert again.verdict is Verdict.SENT and bench.wecom.phones[ANN] == ["一"]


async def test_a_repeat_that_is_refused_in_an_unknown_way_is_not_called_failed(bench: Bench) -> None:
    bench.wecom.inject(SEND, 95999)
    assert (await bench.channel().send(a_text("一", attempts=1))).verdict is Verdict.UNKNOWN
    bench.wecom.inject(SEND, 95999)
    refused = await bench.channel().send(a_text("一"))
    assert refused.verdict is Verdict.REJECTED and "95999" in refused.reason


# --- the table


@pytest.mark.parametrize("code", sorted(set(TABLE) - {0}))
async def test_every_code(bench: Bench, code: int) -> None:
    bench.wecom.inject(SEND, code, times=FOREVER)
    outcome = await bench.channel().send(a_text("在的"))
    row = TABLE[code]
    if code == 95018:  # nobody but the fake has the conversation: it has just changed hands
        assert outcome.verdict is Verdict.RETRY
        return
    assert (outcome.verdict, outcome.code) == (row.verdict, str(code))
    assert outcome.reason.startswith(row.reason) and outcome.retry_after == row.wait
    assert not bench.wecom.phones[ANN] and not outcome.platform_id


EXPECTED = {
    Verdict.ACCOUNT_STOPPED: [
        *(40001, 40013, 40014, 40201, 41001, 42001, 45009, 48002, 60011, 60020),
        *(95000, 95004, 95011, 95012, 95017),
    ],
    Verdict.RETRY: [-1, 40007, 45033, 46001],
    Verdict.WINDOW_CLOSED: [95002, 95013, 95018],
    Verdict.QUOTA_USED: [95001],
    Verdict.REJECTED: [40058, 40096],
    Verdict.SENT: [0],
}


def test_the_table_says_what_channels_says() -> None:
    assert {v: sorted(c for c, row in TABLE.items() if row.verdict is v) for v in EXPECTED} == {
        v: sorted(codes) for v, codes in EXPECTED.items()
    }
    assert sum(map(len, EXPECTED.values())) == len(TABLE)
    assert TABLE[-1].most_attempts == 4  # at most three repeats


async def test_the_seller_is_told_which_address_to_allow(bench: Bench) -> None:
    bench.wecom.inject(SEND, 60020)
    outcome = await bench.channel().send(a_text("在的"))
    assert "203.0.113.7" in outcome.reason and "kf-secret" not in outcome.reason


# --- tokens


async def test_one_token_for_fifty(bench: Bench) -> None:
    kf = bench.channel()
    for n in range(10):
        bench.wecom.person(f"wm{n}").right.open(bench.wecom.now())
    texts = [a_text("x", n, f"wm{n % 10}") for n in range(50)]
    outcomes = await asyncio.gather(*(kf.send(text) for text in texts))
    assert {o.verdict for o in outcomes} == {Verdict.SENT}
    assert bench.wecom.called(GETTOKEN) == 1
    assert bench.wecom.most_at_once[SEND] <= 4


async def test_a_revoked_token_is_renewed_once(bench: Bench) -> None:
    kf = bench.channel()
    await kf.send(a_text("一", 1))
    bench.wecom.revoke_tokens()
    assert (await kf.send(a_text("二", 2))).verdict is Verdict.SENT
    assert (bench.wecom.called(GETTOKEN), bench.wecom.called(SEND)) == (2, 3)


async def test_an_expired_token_is_renewed_before_its_end(bench: Bench) -> None:
    kf = bench.channel()
    await kf.send(a_text("一", 1))
    bench.advance(timedelta(hours=2, seconds=1))
    bench.wecom.people[ANN].right.open(bench.wecom.now())
    assert (await kf.send(a_text("二", 2))).verdict is Verdict.SENT
    assert bench.wecom.called(SEND) == 2


async def test_a_token_that_is_never_good_does_not_go_round_for_ever(bench: Bench) -> None:
    bench.wecom.inject(SEND, 42001, times=FOREVER)
    outcome = await bench.channel().send(a_text("一"))
    assert outcome.verdict is Verdict.ACCOUNT_STOPPED
    assert bench.wecom.called(SEND) == 2


@pytest.mark.parametrize(
    ("changed", "code"), [({"secret": "wrong"}, "40001"), ({"corp_id": "ww_wrong"}, "40013")]
)
async def test_wrong_credentials_stop_the_account(
    bench: Bench, changed: dict[str, object], code: str
) -> None:
    outcome = await bench.channel(**changed).send(a_text("一"))
    assert (outcome.verdict, outcome.code) == (Verdict.ACCOUNT_STOPPED, code)
    assert not bench.wecom.called(SEND)


async def test_a_token_survives_a_restart(bench: Bench) -> None:
    await bench.channel().send(a_text("一", 1))
    await bench.channel().send(a_text("二", 2))
    assert bench.wecom.called(GETTOKEN) == 1


# --- broken calls


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"status": 502},
        {"status": 200, "body": b"{"},
        {"status": 200, "body": b"[]"},
        {"status": 200, "body": b"{}"},
        {"status": 200, "body": b'{"errcode": true}'},
        {"status": 200, "body": b"[" * 100_000},
        {"status": 200, "body": b"\xff" * 100},
    ],
)
async def test_a_broken_answer_is_tried_again_by_its_id(bench: Bench, fault: dict[str, object]) -> None:
    bench.wecom.inject(SEND, **fault)
    assert (await bench.channel().send(a_text("一"))).verdict is Verdict.RETRY
    assert (await bench.channel().send(a_text("一", attempts=1))).verdict is Verdict.SENT
    assert bench.wecom.phones[ANN] == ["一"]


async def test_where_ids_are_not_trusted_it_may_have_arrived(bench: Bench) -> None:
    bench.wecom.inject(SEND, drop="after")
    assert (await bench.channel(repeatable=False).send(a_text("一"))).verdict is Verdict.UNKNOWN


async def test_fifty_megabytes_are_not_read(bench: Bench) -> None:
    bench.wecom.inject(SEND, status=200, body=b'{"errcode":0,"x":"' + b"a" * 50_000_000 + b'"}')
    assert (await bench.channel().send(a_text("一"))).verdict is Verdict.RETRY


async def test_a_slow_answer_is_given_up(bench: Bench) -> None:
    held = bench.wecom.inject(SEND, hold=asyncio.Event())
    assert (await bench.channel(timeout=0.2).send(a_text("一"))).verdict is Verdict.RETRY
    assert held.hold is not None
    held.hold.set()


async def test_nobody_there(bench: Bench) -> None:
    kf = bench.channel(api_base=f"http://127.0.0.1:{unused_port()}")
    assert (await kf.send(a_text("一"))).verdict is Verdict.RETRY


# --- menus


async def test_whether_somebody_is_satisfied_can_be_tapped(bench: Bench) -> None:
    asked = a_text("瓶子碎了这件事这样处理，您满意吗？", kind=Kind.COMPLAINT)
    assert (await bench.channel().send(asked)).verdict is Verdict.SENT
    assert bench.wecom.phones[ANN] == ["瓶子碎了这件事这样处理，您满意吗？[满意][不满意]"]


@pytest.mark.parametrize(
    "message",
    [
        a_text("您满意吗？"),
        a_text("没让您满意，对不起。", kind=Kind.COMPLAINT),
        a_text("长" * 400 + "您满意吗？", kind=Kind.COMPLAINT),
    ],
)
async def test_everything_else_is_plain_text(bench: Bench, message: object) -> None:
    await bench.channel().send(message)  # type: ignore[arg-type]
    assert bench.wecom.phones[ANN] and "[" not in bench.wecom.phones[ANN][0]


async def test_a_menu_that_is_not_taken_goes_as_text(bench: Bench) -> None:
    bench.wecom.inject(SEND, 40058)
    asked = a_text("您满意吗？", kind=Kind.COMPLAINT)
    assert (await bench.channel().send(asked)).verdict is Verdict.SENT
    assert bench.wecom.phones[ANN] == ["您满意吗？"]


# --- welcome codes


async def keep(bench: Bench, code: str = "CODE", seconds: float = 20) -> None:
    until = bench.clock.now() + timedelta(seconds=seconds)
    bench.wecom.codes[code] = Code(ANN, until.timestamp())
    await bench.database.write(lambda c: pulling.keep_code(c, "kf", ANN, code, until))


async def test_one_message_goes_by_code(bench: Bench) -> None:
    bench.wecom.people[ANN].right.left = 0
    await keep(bench)
    kf = bench.channel()
    assert (await kf.send(a_text("欢迎", 1))).verdict is Verdict.SENT
    assert (await kf.send(a_text("还有", 2))).verdict is Verdict.QUOTA_USED
    assert bench.wecom.phones[ANN] == ["欢迎"] and bench.wecom.called(SEND_ON_EVENT) == 1


async def test_after_twenty_seconds_it_is_not_tried(bench: Bench) -> None:
    await keep(bench)
    bench.advance(timedelta(seconds=20))
    assert (await bench.channel().send(a_text("欢迎"))).verdict is Verdict.SENT
    assert (bench.wecom.called(SEND_ON_EVENT), bench.wecom.called(SEND)) == (0, 1)


async def test_a_code_that_is_not_taken_leaves_the_window(bench: Bench) -> None:
    await keep(bench)
    bench.wecom.codes.clear()
    assert (await bench.channel().send(a_text("欢迎"))).verdict is Verdict.SENT
    assert bench.wecom.phones[ANN] == ["欢迎"]


async def test_a_welcome_whose_answer_got_lost_is_not_said_twice(bench: Bench) -> None:
    await keep(bench)
    bench.wecom.inject(SEND_ON_EVENT, drop="after")
    assert (await bench.channel().send(a_text("欢迎"))).verdict is Verdict.RETRY
    assert (await bench.channel().send(a_text("欢迎", attempts=1))).verdict is Verdict.UNKNOWN
    assert bench.wecom.phones[ANN] == ["欢迎"]


# --- sessions


@pytest.mark.parametrize(
    ("state", "kind", "verdict"),
    [
        (PERSON, Kind.REPLY, Verdict.REJECTED),
        (PERSON, Kind.RELAY, Verdict.WINDOW_CLOSED),
        (PERSON, Kind.NOTICE, Verdict.WINDOW_CLOSED),
        (WAITING, Kind.REPLY, Verdict.WINDOW_CLOSED),
        (ENDED, Kind.RELAY, Verdict.WINDOW_CLOSED),
        (BOT, Kind.RELAY, Verdict.SENT),
    ],
)
async def test_state(bench: Bench, state: int, kind: Kind, verdict: Verdict) -> None:
    bench.wecom.people[ANN].state, bench.wecom.people[ANN].servicer = state, "zhangsan"
    kf = bench.channel(servicers={"zhangsan": "老板"})
    kf._sessions.submit = bench.submit
    outcome = await kf.send(a_text("在的", kind=kind))
    assert outcome.verdict is verdict
    if state == PERSON:
        (told,) = bench.events
        assert isinstance(told, BuyerEvent) and told.happening is Happening.TAKEN_OVER
        assert told.detail["seller"] == "老板" and "老板" in outcome.reason
    else:
        assert not bench.events


async def test_a_state_that_nobody_can_tell_waits(bench: Bench) -> None:
    bench.wecom.people[ANN].state = PERSON
    bench.wecom.inject(STATE, drop="after")
    assert (await bench.channel().send(a_text("在的"))).verdict is Verdict.WINDOW_CLOSED
