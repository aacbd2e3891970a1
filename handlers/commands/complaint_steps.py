"""What each step word does (CONTRACT §6, PRACTICES 1–9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.core.complaint import Signal, Step
from bot.core.effects import Effect
from handlers.commands.complaint_case import Case, Message, Turn, done
from handlers.commands.complaint_giving import action, asked, give, plan, promised
from handlers.commands.complaint_line import Say
from handlers.commands.complaint_offers import given
from handlers.commands.complaint_verdict import ended, followed_up, misread, satisfied, unsatisfied
from handlers.commands.framework import Refused
from handlers.commands.phrases import short
from handlers.complaint.wording import draft
from handlers.wording import typed

_ENDINGS = " 。.，,；;！!"
_BY_THEM = re.compile(r"^(?:是因为|因为|是)(?=.)")
_SORRY = re.compile(r"对不[起住]|抱歉|道歉|不好意思|赔[个礼]?不?[是罪]|sorry", re.IGNORECASE)


def _apology(case: Case, text: str) -> list[Effect]:
    case.check(Signal.APOLOGISED)
    message = case.said(text, case.filled("apologise"), "道歉")
    return done(case, Turn(Signal.APOLOGISED, tell=[message]))


def _cause(case: Case, text: str) -> list[Effect]:
    """The cause goes on record, and back to the buyer (PRACTICES 4)."""
    case.check(Signal.CAUSE)
    cause = _BY_THEM.sub("", text.strip(_ENDINGS)) or case.complaint.cause
    if not cause:
        raise Refused(f"原因是什么？写一句，我说给他听。打：{case.line} 原因 打包时漏放了泡沫")
    ready = case.filled("analyse", cause=cause)
    message = Message(ready) if ready else case.said(text, "", "原因")
    return done(case, Turn(Signal.CAUSE, cause, [message]))


def _explain(case: Case, text: str) -> list[Effect]:
    case.check(Signal.EXPLAINED)
    facts = {"cause": case.complaint.cause} if case.complaint.cause else {}
    message = case.said(text, case.filled("explain", **facts), "解释")
    return done(case, Turn(Signal.EXPLAINED, tell=[message]))


def _done(case: Case, text: str) -> list[Effect]:
    """The step at hand is done: its draft goes out, or what only the seller knows is asked for."""
    match case.complaint.step:
        case Step.TALK:
            ready = draft(case.complaint, case.customer, case.desk.settings)
            return done(case, Turn(Signal.DONE, tell=[case.said(text, ready, "完成")]))
        case Step.APOLOGISE:
            return _apology(case, text)
        case Step.ANALYSE:
            return _cause(case, text)
        case Step.EXPLAIN:
            return _explain(case, text)
        case Step.ACT:
            return plan(case, text)
        case Step.COMPENSATE:
            messages, notes = asked(case)
            return done(case, Turn(Signal.DONE, text or "不补偿", messages, notes=[*_noted(text), *notes]))
    stands = {Step.LISTEN: "他说完了。", Step.RESULT: "他没说满意，先往下走。"}
    notes = [stands[case.complaint.step]] if case.complaint.step in stands else []
    return done(case, Turn(Signal.DONE, text, notes=[*notes, *_noted(text)]))


def _noted(text: str) -> list[str]:
    return [f"“{short(text)}”记在经过里，没发给他。"] if text else []


def _rewrite(case: Case, text: str) -> list[Effect]:
    """The step at hand with the seller's own words instead of the draft."""
    if not text:
        raise Refused(f"改成什么？打：{case.line} 改 你的话")
    step = case.complaint.step
    if step is Step.LISTEN or (step is Step.TALK and _SORRY.search(text)):
        return _apology(case, text)
    if step is Step.ANALYSE:
        return done(case, Turn(Signal.CAUSE, text.strip(_ENDINGS), [case.own(text)]))
    if step is Step.ACT:
        return promised(case, action(case, text), text, case.own(text))
    if step is Step.COMPENSATE and given(text).cost is None:
        return done(case, Turn(Signal.DONE, "不补偿", [case.own(text)]))
    if step is Step.COMPENSATE:
        raise Refused(f"补偿要记上花了多少，打：{case.line} 补偿 {short(text)}；不补偿打：{case.line} 完成")
    if step in (Step.RESULT, Step.FOLLOW_UP):
        speak = f"回 {typed(case.customer)} {short(text)}"
        raise Refused(f"这一步没有要发的草稿，在等他说。要跟他说话打：{speak}")
    return _done(case, text)


STEPS: Mapping[Say, Callable[[Case, str], list[Effect]]] = {
    Say.DONE: _done,
    Say.APOLOGY: _apology,
    Say.CAUSE: _cause,
    Say.EXPLAIN: _explain,
    Say.PLAN: plan,
    Say.GIVE: give,
    Say.SATISFIED: satisfied,
    Say.UNSATISFIED: unsatisfied,
    Say.FOLLOW_UP: followed_up,
    Say.REWRITE: _rewrite,
    Say.END: ended,
    Say.MISREAD: misread,
}
"""By what the seller says; the words about remedies stand in `complaint_remedies`."""
