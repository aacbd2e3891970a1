"""Every way in which a send can end, in NapCat's, LLOneBot's and QQ's own words (CHANNELS §4.2, §4.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.channels.onebot11.errors import RESULTS, RETCODES, capability_of, outcome_of
from bot.channels.onebot11.wire import LARGEST_FRAME
from bot.core.delivery import Outcome, Pace, Verdict
from tests.channels.onebot11_bench import an_account
from tests.fakes.onebot import refused, timed_out


def answer(retcode: Any, words: str = "", **more: Any) -> dict[str, Any]:
    status = "ok" if retcode == 0 else "async" if retcode == 1 else "failed"
    return {"status": status, "retcode": retcode, "data": None, "message": words, "wording": words} | more


def test_taken() -> None:
    assert outcome_of(answer(0, data={"message_id": -5})) == Outcome(Verdict.SENT, platform_id="-5")
    assert outcome_of(answer(0, data={"message_id": "77"})).platform_id == "77"
    assert outcome_of(answer(1)) == Outcome(Verdict.SENT)
    assert outcome_of({"status": "ok", "data": {"message_id": 1}}).verdict is Verdict.SENT


@pytest.mark.parametrize("code", sorted(RETCODES))
def test_every_code_of_the_table(code: int) -> None:
    row, outcome = RETCODES[code], outcome_of(answer(code))
    assert (outcome.verdict, outcome.reason, outcome.retry_after) == (row.verdict, row.reason, row.wait)
    assert row.verdict is Verdict.SENT or (row.reason and outcome.code == str(code))


@pytest.mark.parametrize("result", sorted(RESULTS))
def test_every_code_of_qq(result: int) -> None:
    failed = refused(result, "")
    outcome = outcome_of(answer(failed.retcode, str(failed)))
    assert (outcome.verdict, outcome.code) == (RESULTS[result].verdict, f"1200/{result}")


NO_FRIEND, STOPPED = Verdict.UNREACHABLE, Verdict.ACCOUNT_STOPPED


@pytest.mark.parametrize(
    ("code", "words", "verdict"),
    [
        (1200, "发送失败，请先添加对方为好友", NO_FRIEND),
        (200, "对方不是你的好友", NO_FRIEND),
        (400, "不能发送临时消息", NO_FRIEND),
        (200, "对方已将你加入黑名单", NO_FRIEND),
        (1200, "操作过于频繁，请稍后再试", STOPPED),
        (200, "今日发送已达上限", STOPPED),
        (1200, "你的账号因违反《QQ号码规则》被限制使用部分产品功能，违规", STOPPED),
        (200, "账号涉嫌业务违规操作被暂时冻结", STOPPED),
        (1200, "无法获取用户信息", Verdict.REJECTED),
        (200, "ntqq api call failed, nodeIKernelMsgService/sendMsg, ", Verdict.RETRY),
        (1200, "发送消息失败", Verdict.RETRY),
        (200, "发送超时", Verdict.UNKNOWN),
        (200, "invoke timeout, wrapperSession.getMsgService().sendMsg", Verdict.UNKNOWN),
        (77, "", Verdict.REJECTED),
        (None, "", Verdict.UNKNOWN),
        ("x", "", Verdict.UNKNOWN),
        ({}, [], Verdict.UNKNOWN),
    ],
)
def test_what_is_said(code: Any, words: Any, verdict: Verdict) -> None:
    outcome = outcome_of(answer(code, words))
    assert outcome.verdict is verdict and outcome.reason
    assert not outcome.reason.endswith("。"), "a reason is a clause"


def test_qq_that_does_not_answer_napcat() -> None:
    failed = timed_out()
    outcome = outcome_of(answer(failed.retcode, str(failed)))
    assert outcome.verdict is Verdict.UNKNOWN and "风控" in outcome.reason


@pytest.mark.parametrize("begins", ["EventChecker Failed", "Timeout"])
def test_a_picture_that_qq_could_not_be_given(begins: str) -> None:
    """Nothing went, even where NapCat calls it a timeout (NapCatQQ #535, #223)."""
    words = str(refused(-1, "rich media transfer failed")).replace("EventChecker Failed", begins)
    outcome = outcome_of(answer(1200, words))
    assert (outcome.verdict, outcome.code, outcome.most_attempts) == (Verdict.RETRY, "1200/-1", 3)


def test_what_the_channel_can_do() -> None:
    usual = capability_of(an_account(gap="2s", jitter="1s"))
    assert usual.pace == Pace(per_account=2.0, per_person=2.0, jitter=1.0)
    assert usual.message_window is None and usual.touch_window is None
    assert 0 < usual.picture_bytes * 4 / 3 + 1000 < LARGEST_FRAME
    assert usual.api and not usual.passive and not usual.idempotent and not usual.templates
    shipped = an_account()
    default = type(shipped).model_validate(
        {"id": "qq", "channel": "onebot11", "self_id": 10001, "access_token": "t"}
    )
    pace = capability_of(default).pace
    assert pace.per_account >= 1 and pace.jitter > 0, "CHANNELS §4: a second at least, and jitter"
    assert default.gap >= timedelta(seconds=1)
