"""How an answer reaches who asked: nothing of it is lost, doubled, or too long for the platform."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import GAP, Composed, Parked, compose
from bot.core.decision import Answer
from bot.core.delivery import PICTURE, Capability, Status, Via

MORE = "还没说完，回我一个字就接着发。"
API = Capability(text_bytes=60)
BOTH = Capability(passive=True, text_bytes=60)
PASSIVE = Capability(passive=True, api=False, text_bytes=120)


def shown(composed: Composed) -> list[tuple[str, Via, Status]]:
    return [(a.text, a.via, a.status) for a in composed.answers]


def test_a_picture_follows_its_text_where_there_is_a_road_for_it() -> None:
    carrying = [replace(one, picture_bytes=3) for one in (API, BOTH, PASSIVE)]
    found = [compose(["一"], c, api=c.api, pictures=[b"png", b"", b"big!"]).answers[1:] for c in carrying]
    one = Answer(PICTURE, Via.API, Status.PLANNED, b"png")
    assert found == [(one,), (one,), ()]
    assert len(compose(["一"], API, api=True, pictures=[b"png"]).answers) == 1


def test_nothing_to_say() -> None:
    for capability in (API, BOTH, PASSIVE):
        assert compose([], capability, api=capability.api, more=MORE) == Composed()
        assert compose(["", " \n"], capability, api=capability.api, more=MORE) == Composed()


def test_without_a_passive_answer_everything_goes_by_api() -> None:
    composed = compose(["一", "二"], API, api=True)
    assert composed.http_answer is None
    assert shown(composed) == [("一", Via.API, Status.PLANNED), ("二", Via.API, Status.PLANNED)]


def test_the_first_part_rides_the_rest_follows_by_api() -> None:
    composed = compose(["一", "二"], BOTH, api=True, parked=[Parked(1, "等着的")], more=MORE)
    assert composed.http_answer == "一"
    assert shown(composed) == [("一", Via.PASSIVE, Status.SENDING), ("二", Via.API, Status.PLANNED)]
    assert composed.joined == ()


def test_a_passive_answer_takes_along_what_waited() -> None:
    composed = compose(["二"], PASSIVE, api=False, parked=[Parked(1, "一")], more=MORE)
    assert composed.http_answer == "一\n\n二"
    assert shown(composed) == [("二", Via.PASSIVE, Status.SENDING)]
    assert composed.joined == (1,)


def test_what_was_just_asked_is_answered_before_what_waited() -> None:
    """Only the rest of an earlier answer goes before it."""
    parked = [Parked(1, "提醒", later=True), Parked(2, "上回没说完的")]
    composed = compose(["答"], PASSIVE, api=False, parked=parked, more=MORE)
    assert (composed.http_answer, composed.joined) == ("上回没说完的\n\n答\n\n提醒", (2, 1))
    full = [Parked(n, "提" * 30, later=True) for n in range(9)]
    composed = compose(["答"], PASSIVE, api=False, parked=full, more=MORE)
    assert (composed.http_answer or "").startswith("答")
    assert shown(composed) == [("答", Via.PASSIVE, Status.SENDING)]


def test_what_waited_rides_even_when_there_is_no_answer() -> None:
    composed = compose([], PASSIVE, api=False, parked=[Parked(1, "一")], more=MORE)
    assert (composed.http_answer, composed.answers, composed.joined) == ("一", (), (1,))


def test_an_account_whose_right_was_taken_is_passive_only() -> None:
    composed = compose(["一" * 30], BOTH, api=False, more="…")
    assert composed.http_answer
    assert composed.http_answer.endswith("…")
    assert {a.status for a in composed.answers} == {Status.SENDING, Status.PARKED}


def test_what_just_fits_is_not_cut() -> None:
    text = "一" * 40  # 120 bytes, all there is; no room is kept for a rest that there is not
    composed = compose([text], PASSIVE, api=False, more=MORE)
    assert composed.http_answer == text
    assert len(composed.answers) == 1


def test_a_parked_text_as_long_as_a_message_goes_without_the_hint() -> None:
    composed = compose(["二"], PASSIVE, api=False, parked=[Parked(1, "一" * 40)], more=MORE)
    assert composed.http_answer == "一" * 40
    assert shown(composed) == [("二", Via.API, Status.PARKED)]


def test_what_will_never_fit_does_not_block_what_does() -> None:
    composed = compose(["二"], PASSIVE, api=False, parked=[Parked(1, "一" * 41)], more=MORE)
    assert (composed.http_answer, composed.joined) == ("二", ())


@pytest.mark.parametrize("more", ["长" * 38, "长" * 60, "长" * 1000])
def test_a_hint_that_leaves_no_room_is_left_out(more: str) -> None:
    composed = compose(["一" * 100], PASSIVE, api=False, more=more)
    assert composed.http_answer == "一" * 40
    assert [len(a.text) for a in composed.answers] == [40, 40, 20]


texts = st.text(st.sampled_from("一二三。，\n ab😀👍🏽é"), max_size=150)
replies = st.lists(texts, max_size=4)
parkeds = st.lists(texts.filter(str.strip), max_size=4).map(
    lambda found: [Parked(n, text) for n, text in enumerate(found, 1)]
)
capabilities = st.builds(Capability, passive=st.booleans(), api=st.booleans(), text_bytes=st.integers(8, 300))
hints = st.sampled_from(["", "…", MORE, "长" * 200])


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(replies, capabilities, st.booleans(), parkeds, hints)
def test_nothing_is_lost_doubled_or_too_long(
    said: list[str], capability: Capability, api: bool, parked: list[Parked], more: str
) -> None:
    composed = compose(said, capability, api=api, parked=parked, more=more)
    assert squeezed("".join(a.text for a in composed.answers)) == squeezed("".join(said))
    assert all(a.text.strip() and len(a.text.encode()) <= capability.text_bytes for a in composed.answers)
    riding = [a.text for a in composed.answers if a.via is Via.PASSIVE]
    joined = [p.text for p in parked if p.id in composed.joined]
    assert len(composed.joined) == len(joined)
    body = GAP.join(joined + riding)
    assert composed.http_answer in ({body, body + GAP + more} if joined or riding else {None})
    assert len((composed.http_answer or "").encode()) <= capability.text_bytes
    if not capability.passive:
        assert composed.http_answer is None
    left = [a for a in composed.answers if a.status is Status.PARKED]
    if composed.http_answer not in (None, body):
        fit = [p for p in parked if len(p.text.encode()) <= capability.text_bytes]
        assert left or len(fit) > len(joined)


@given(replies, capabilities, parkeds, hints)
def test_where_only_the_answer_goes_it_all_goes_in_a_few_turns(
    said: list[str], capability: Capability, parked: list[Parked], more: str
) -> None:
    """The buyer writes again and again: everything arrives, once, in order."""
    only = Capability(passive=True, api=False, text_bytes=capability.text_bytes)
    waiting = [p for p in parked if len(p.text.encode()) <= only.text_bytes]
    expected = squeezed("".join(p.text for p in waiting) + "".join(said))
    heard, numbers = "", len(parked) + 1
    for _ in range(200):
        composed = compose(said, only, api=False, parked=waiting, more=more)
        heard += "".join(p.text for p in waiting if p.id in composed.joined)
        heard += "".join(a.text for a in composed.answers if a.via is Via.PASSIVE)
        waiting = [p for p in waiting if p.id not in composed.joined]
        for answer in composed.answers:
            if answer.status is Status.PARKED:
                waiting.append(Parked(numbers, answer.text))
                numbers += 1
        said = []
        if not waiting:
            break
    assert squeezed(heard) == expected
