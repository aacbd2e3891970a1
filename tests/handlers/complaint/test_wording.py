"""What is said in a complaint names the concrete thing, holds to the shop's voice, and is said once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.core.complaint import Complaint, Move, Signal, Step
from bot.core.service_settings import ComplaintTexts, StepDeadlines
from handlers.addressing import greeting
from handlers.complaint.naming import low_marks
from handlers.complaint.wording import deadline, draft, filled, next_step, title
from handlers.content import TextKind, faults
from tests.handlers.complaint.talk import known
from tests.handlers.shop import KNOWN, NOW, SHOP

BROKEN = Complaint(3, 1, Step.LISTEN, NOW, NOW, NOW + timedelta(minutes=10), words="面霜瓶子碎了，气死了")
VAGUE = replace(BROKEN, words="你们太差劲了")
SAID = [
    text
    for value in ComplaintTexts().model_dump().values()
    for text in ([value] if isinstance(value, str) else value)
]


def told(complaint: Complaint, text: str) -> Complaint:
    move = Move(NOW, "老板", Signal.DONE, complaint.step, complaint.step, sent=text)
    return replace(complaint, moves=(*complaint.moves, move))


@pytest.mark.parametrize("text", SAID)
def test_plain_and_short_and_calm(text: str) -> None:
    assert faults(text, TextKind.COMPLAINT) == ()
    assert [w for w in ("亲爱", "尊敬", "！", "~") if w in text] == []
    assert len(text) <= 60


@pytest.mark.parametrize("kind", ["received", "talk", "apologise", "follow_up", "ask_again"])
def test_the_first_words_name_what_went_wrong(kind: str) -> None:
    assert "面霜瓶子碎了" in filled(kind, BROKEN, KNOWN, SHOP)


@pytest.mark.parametrize("kind", ["talk", "apologise", "follow_up", "ask_again", "asked"])
def test_where_nothing_concrete_is_known_nothing_is_made_up(kind: str) -> None:
    text = filled(kind, VAGUE, KNOWN, SHOP)
    assert text
    assert "太差劲" not in text and "没让您满意" not in text


def test_what_was_said_is_not_said_again_and_silence_comes_before_repetition() -> None:
    complaint, said = BROKEN, []
    while text := filled("thanks", complaint, KNOWN, SHOP):
        said.append(text)
        complaint = told(complaint, f"包邮的。\n{text}")
    assert said == list(SHOP.complaints.texts.thanks)


def test_a_variant_that_needs_what_is_not_known_is_passed_over() -> None:
    assert filled("analyse", BROKEN, KNOWN, SHOP) == ""
    assert filled("analyse", BROKEN, KNOWN, SHOP, cause="漏放了泡沫。") == (
        "小王，您说的是面霜瓶子碎了，我查过了：漏放了泡沫。"
    )


def test_a_moment_is_the_shops_day() -> None:
    late = NOW + timedelta(hours=15)  # one in the morning of the 22nd in the shop
    assert "换货，11月22日办好" in filled("act", BROKEN, KNOWN, SHOP, remedy="换货", due=late)


@pytest.mark.parametrize(
    ("name", "nickname", "address"),
    [
        ("", "小王", "小王，"),
        ("", "王姐", "王姐，"),
        ("李女士", "小李", "李女士，"),
        ("", "丽丽", "丽丽，"),
        ("张三", "快乐的风", ""),
        ("", "AAA建材批发", ""),
        ("张三", "", ""),
        ("", "", ""),
    ],
)
def test_called_by_what_reads_like_a_name(name: str, nickname: str, address: str) -> None:
    assert greeting(known(name=name, nickname=nickname)) == address


@pytest.mark.parametrize("step", [s for s in Step if s is not Step.CLOSED])
@pytest.mark.parametrize("words", ["面霜瓶子碎了", "你们太差劲了"])
@pytest.mark.parametrize("final", [False, True])
def test_every_step_says_what_to_type(step: Step, words: str, final: bool) -> None:
    complaint = replace(BROKEN, step=step, words=words, final=final)
    line = next_step(complaint, KNOWN, SHOP, NOW)
    assert f"第{step}步" in line
    assert "打：投诉 3 " in line
    assert "{" not in line


def test_the_draft_stands_in_the_next_step() -> None:
    at_talk = replace(BROKEN, step=Step.TALK)
    assert draft(at_talk, KNOWN, SHOP) in next_step(at_talk, KNOWN, SHOP, NOW)
    explained = replace(BROKEN, step=Step.EXPLAIN, cause="漏放了泡沫")
    assert "漏放了泡沫" in draft(explained, KNOWN, SHOP)


@pytest.mark.parametrize("step", [Step.LISTEN, Step.ANALYSE, Step.ACT, Step.COMPENSATE, Step.RESULT])
def test_what_only_the_seller_knows_has_no_draft(step: Step) -> None:
    assert draft(replace(BROKEN, step=step), KNOWN, SHOP) == ""


def test_the_deadline_is_a_time_today_or_how_late_it_is() -> None:
    talk = replace(BROKEN, step=Step.TALK, due_at=NOW + timedelta(hours=1))
    assert deadline(talk, SHOP, NOW) == "11:00前"
    assert deadline(replace(talk, due_at=NOW + timedelta(days=1)), SHOP, NOW) == "11月22日 10:00前"
    assert deadline(replace(talk, rung=1), SHOP, NOW + timedelta(hours=4)) == "已经晚了3小时"


def test_a_complaint_in_half_a_line() -> None:
    assert title(BROKEN, KNOWN) == "投诉 3（小王，面霜瓶子碎了）"
    assert title(VAGUE, KNOWN) == "投诉 3（小王，你们太差劲了）"


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("5 2 4 1", "打包、服务"),
        ("物流1分其他都5分", "物流"),
        ("5 4 3 5", ""),
        ("都5分", ""),
        ("瓶子碎了", ""),
    ],
)
def test_low_marks_by_their_dimension(text: str, low: str) -> None:
    assert low_marks(text) == low


@pytest.mark.parametrize("broken", ["{cause}，好", "{problem", "{nothing}"])
def test_a_text_that_cannot_be_filled_is_refused(broken: str) -> None:
    with pytest.raises(ValidationError):
        ComplaintTexts.model_validate({"talk": [broken]})


def test_the_buyer_is_asked_before_it_goes_on() -> None:
    with pytest.raises(ValidationError):
        StepDeadlines.model_validate({"follow_up": ["3d"]})


def test_without_a_name_the_sentence_begins_with_the_matter() -> None:
    nobody = replace(KNOWN, nickname="")
    assert filled("talk", BROKEN, nobody, SHOP).startswith("面霜瓶子碎了，换谁都恼火")
