"""办好 改期 寄回: what was promised in a complaint is done, put off, or on its way back (PRACTICES 6, 17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.core.complaint import GOODS_COME_BACK, Remedy
from bot.core.effects import Effect, MoveRemedy, Reply
from handlers.commands.complaint_case import Case
from handlers.commands.complaint_due import due_in
from handlers.commands.complaint_line import Say
from handlers.commands.framework import Misused, Refused
from handlers.commands.phrases import short
from handlers.couriers import courier_named, couriers_of, split_glued, tracking_number
from handlers.wording import typed


def _done(case: Case, text: str) -> list[Effect]:
    remedy, _ = _meant(case, case.complaint.open_remedies, text, "办好")
    left = [r for r in case.complaint.open_remedies if r.id != remedy.id]
    more = f"还有没办的：{_listed(case, left)}" if left else "答应的都办好了。"
    told = f"记下了：{remedy.words} 办好了。{more}"
    speak = f"没跟 {short(case.customer.called)} 说；要说打：回 {typed(case.customer)} 文字"
    return [
        MoveRemedy(remedy.id, case.customer.id, {"done_at": case.desk.now}),
        Reply(f"{told}\n{speak}"),
    ]


def _postponed(case: Case, text: str) -> list[Effect]:
    """The seller has to say so to the buyer, before the promised day is over (PRACTICES 22)."""
    due = due_in(text, case.desk.now, case.desk.settings.shop.opening, bare_dates=True)
    remedy, _ = _meant(case, case.complaint.open_remedies, due.rest, "改期")
    if due.at is None:
        raise Misused(f"改到哪天？打：{case.line} 改期 后天")
    if due.at <= case.desk.now:
        raise Refused(f"{case.desk.when(due.at)} 已经过了。打：{case.line} 改期 明天")
    until = case.desk.when(due.at)
    was = f"（原来 {case.desk.when(remedy.due_at)}）"
    speak = f"他还不知道，先跟他说一声：回 {typed(case.customer)} 文字"
    return [
        MoveRemedy(remedy.id, case.customer.id, {"due_at": due.at}),
        Reply(f"改了：{remedy.words} {until} 前办好{was}。\n{speak}"),
    ]


def _sent_back(case: Case, text: str) -> list[Effect]:
    """The parcel in which the goods come back."""
    coming = [r for r in case.complaint.remedies if r.kind in GOODS_COME_BACK]
    if not coming:
        raise Refused(f"{case.line} 没有要寄回的东西（退货、换货、维修才有）。")
    open_ones = [r for r in coming if r.done_at is None] or coming[-1:]
    number, rest = _parcel(case, text)
    remedy, _ = _meant(case, open_ones, rest, "寄回")
    due = f"东西到了办好打：{case.line} 办好"
    return [
        MoveRemedy(remedy.id, case.customer.id, {"back_no": number}),
        Reply(f"记下了：{remedy.words}，他寄回的是 {number}。\n{due}"),
    ]


def _parcel(case: Case, text: str) -> tuple[str, str]:
    """顺丰 SF123 in any order, glued or not, and the words beside it."""
    words = text.split()
    if not words:
        raise Misused(f"单号写上，打：{case.line} 寄回 顺丰 SF1234567890123")
    at = next(
        (i for i in range(len(words) - 1, -1, -1) if any(c.isdecimal() for c in words[i])), len(words) - 1
    )
    glued, bare = split_glued(words[at])
    try:
        number = tracking_number(bare)
    except ValueError as odd:
        raise Misused(f"{odd}打：{case.line} 寄回 顺丰 SF1234567890123") from odd
    others = words[:at] + words[at + 1 :]
    named = next((word for word in others if courier_named(word)), "")
    possible = couriers_of(number)
    courier = glued or courier_named(named) or (possible[0] if len(possible) == 1 else "")
    rest = " ".join(word for word in others if word != named)
    return f"{courier} {number}".strip(), rest


def _meant(case: Case, remedies: Sequence[Remedy], text: str, word: str) -> tuple[Remedy, str]:
    """The only one, or the only one with these words; Refused with what there is otherwise."""
    if not remedies:
        raise Refused(f"{case.line} 没有答应了还没办的事。")
    wanted = "".join(text.split())
    fitting = [r for r in remedies if wanted and (wanted in r.words or wanted in r.kind or r.words in wanted)]
    found = fitting or ([*remedies] if not wanted or len(remedies) == 1 else [])
    if len(found) != 1:
        which = f"例：{case.line} {word} {short(remedies[0].words, 10)}"
        raise Refused(f"是哪一样？{_listed(case, remedies)}\n{which}")
    return found[0], wanted


def _listed(case: Case, remedies: Sequence[Remedy]) -> str:
    return "、".join(f"{r.words}（{case.desk.when(r.due_at)}）" for r in remedies)


REMEDIES: Mapping[Say, Callable[[Case, str], list[Effect]]] = {
    Say.REMEDY_DONE: _done,
    Say.POSTPONE: _postponed,
    Say.SENT_BACK: _sent_back,
}
"""By what the seller says; a closed complaint may still have something to be done."""
