"""方案 and 补偿: what is done about it, and what is given for it (PRACTICES 6, 7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bot.core.complaint import GOODS_COME_BACK, Signal, Step
from bot.core.delivery import Kind
from bot.core.effects import Effect, PromiseRemedy
from bot.core.money import show_money
from handlers.commands.complaint_case import Case, Message, Turn, day_of, done
from handlers.commands.complaint_offers import Plan, given, planned
from handlers.commands.framework import Refused
from handlers.commands.phrases import short
from handlers.wording import typed

AND = "；"
"""Joins several compensations of one complaint."""
_COST_UNKNOWN = "没写花多少，成本没记；下回带上，如：送护手霜 成本15。"


def plan(case: Case, text: str) -> list[Effect]:
    """An action with its day (PRACTICES 6)."""
    case.check(Signal.ACTED)
    found = action(case, text)
    kind = "final" if case.complaint.final else "act"
    due = day_of(case, found.due_at, by_the_clock=found.by_the_clock)
    ready = case.filled(kind, remedy=found.words, due=due)
    plain = "" if ready else f"{found.words}，{due}办好"
    return promised(case, found, text, case.said(plain, ready, "方案"))


def action(case: Case, text: str) -> Plan:
    """What is to be done by when; Refused if no action is named, or its day is over."""
    settings = case.desk.settings
    found = planned(text, case.desk.now, settings.shop.opening, settings.complaints.remedy_due)
    if found is None:
        said = f"没看出办什么：{short(text)}。" if text else ""
        which = "退货 退款 换货 补发 维修都行，别的写 其他 做什么"
        raise Refused(f"{said}写办什么、哪天办好，打：{case.line} 方案 换货 明天（{which}）")
    if found.due_at <= case.desk.now:
        when = case.desk.when(found.due_at)
        raise Refused(f"{when} 已经过了。改个日子打：{case.line} 方案 {short(found.words)} 明天")
    return found


def promised(case: Case, found: Plan, text: str, message: Message) -> list[Effect]:
    """The action goes on record with its day, and the buyer is told by `message`."""
    c = case.complaint
    remedy = PromiseRemedy(c.id, c.customer_id, found.kind, found.words, found.due_at)
    until = case.desk.when(found.due_at)
    said = f"记下了：{found.kind}，{until} 前办好" + ("。" if found.said else "（你没写哪天，按这个算）。")
    back = f"他寄回的单号打：{case.line} 寄回 单号" if found.kind in GOODS_COME_BACK else ""
    notes = [f"{said}办好了打：{case.line} 办好", *([back] if back else [])]
    return done(case, Turn(Signal.ACTED, text, [message], remedy=remedy, notes=notes))


def give(case: Case, text: str) -> list[Effect]:
    """Kind and cost (PRACTICES 7); then the buyer is asked whether it is well (8)."""
    case.check(Signal.COMPENSATED)
    if not text:
        raise Refused(f"补偿什么？打：{case.line} 补偿 红包10元；不补偿打：{case.line} 完成")
    gift = given(text)
    costs = _within_limit(case, gift.cost, text)
    ready = case.filled("compensate", compensation=gift.words)
    first = case.said(gift.words if not ready else "", ready, "补偿")
    question, notes = asked(case) if case.complaint.step is Step.COMPENSATE else ([], [])
    so_far = case.complaint.compensation
    changes: dict[str, Any] = {"compensation": f"{so_far}{AND}{gift.words}" if so_far else gift.words}
    changes["cost"] = costs
    note = f"成本记 {show_money(gift.cost)}。" if gift.cost is not None else _COST_UNKNOWN
    turn = Turn(Signal.COMPENSATED, text, [first, *question], changes, notes=[note, *notes])
    return done(case, turn)


def _within_limit(case: Case, cost: Decimal | None, text: str) -> Decimal | None:
    """What the whole complaint costs now; Refused above what this seller may give."""
    before, limits = case.complaint.cost, case.desk.settings.complaints.compensation
    if cost is None:
        return before
    total, owner = (before or Decimal()) + cost, case.desk.role == "owner"
    most = limits.owner if owner else limits.staff
    if total <= most:
        return total
    had = f"，已经给了 {show_money(before)}" if before else ""
    if owner:
        raise Refused(
            f"一件投诉最多补 {show_money(most)}{had}（配置 complaints.compensation.owner）。没有发。"
        )
    ask = f"要给就请店主打：{case.line} 补偿 {text}" if total <= limits.owner else "再多店主也给不了"
    raise Refused(f"你一件投诉最多补 {show_money(most)}{had}。没有发。{ask}")


def asked(case: Case) -> tuple[list[Message], list[str]]:
    """Whether it is well: the question, or a note; a red line has stopped the bot (PRACTICES 21)."""
    text = case.filled("asked")
    yourself = f"满意不满意你自己问他：回 {typed(case.customer)} 文字"
    if case.customer.red_line_at is not None:
        return [], [f"他碰了红线，我不自己开口。{yourself}"]
    return ([Message(text, Kind.COMPLAINT)], []) if text else ([], [f"能问的话都问过了。{yourself}"])
