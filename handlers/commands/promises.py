"""答应: what the sellers have promised whom by when, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.core.customer import Customer, OpenPromise
from bot.core.effects import AskSeller, Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Refused, listed
from handlers.commands.phrases import short
from handlers.promise_keeping import KEPT
from handlers.promise_words import pledge, span
from handlers.wording import typed
from storage.queries import promises
from storage.queries.promises import Made

LOOKED_BACK = timedelta(days=30)
ALL = ("全部", "都", "所有")
_WHICH = "答应的哪件"
_MOST = 30
_MOST_BROKEN = 5


def run(desk: Desk, args: Arguments) -> list[Effect]:
    """The open ones, the next due first; then the account of the last 30 days."""
    found = promises.open_ones(desk.connection, _MOST)
    lines = [_line(desk, made) for made in found] or ["现在没有答应着的事。"]
    if found:
        name = found[0].called if len(found) == 1 else "名"
        lines.append(f"办好了打：做到 {name}；要改打：改期 {name} 明天；没这意思打：没答应 {name}")
    return [Reply("\n".join([*lines, *_account(desk)]))]


def _line(desk: Desk, made: Made) -> str:
    promise = made.promise
    left = promise.due_at - desk.now
    when = f"还剩 {span(left)}" if left > timedelta() else "到点了"
    return f"{short(made.called)}：{phrase(desk, promise)}，{when}（“{short(promise.words)}”）"


def _account(desk: Desk) -> list[str]:
    judged = promises.judged_since(desk.connection, desk.now - LOOKED_BACK)
    if not judged:
        return []
    broken = [made for made in judged if made.state != KEPT]
    late = sum(made.state == KEPT and _late(made) for made in judged)
    kept = len(judged) - len(broken)
    head = f"近 30 天：做到 {kept} 件{f'（晚了 {late} 件）' if late else ''}，没做到 {len(broken)} 件。"
    return [head, *(f"没做到：{short(m.called)}，{phrase(desk, m.promise)}" for m in broken[:_MOST_BROKEN])]


def _late(made: Made) -> bool:
    return made.settled_at is not None and made.settled_at > made.promise.due_at


def phrase(desk: Desk, promise: OpenPromise) -> str:
    """今晚22:00前发货."""
    return pledge(promise.what, promise.words, promise.due_at, desk.settings, desk.now)


def meant(desk: Desk, one: Customer, which: str = "") -> Sequence[OpenPromise]:
    """The open promises to this customer that `which` means: its deed, some of its words, or empty for all.

    Refused if it means none of several.
    """
    if _WHICH in desk.chosen:
        return [promise for promise in one.promises if promise.id == desk.chosen[_WHICH]]
    if which in ("", *ALL) or not one.promises:
        return one.promises
    found = [promise for promise in one.promises if which == promise.what or which in promise.words]
    if not found:
        lines = [f"{phrase(desk, p)}（“{short(p.words)}”）" for p in one.promises]
        raise Refused("\n".join([f"答应 {short(one.called)} 的没有“{short(which)}”，有：", *lines]))
    return found


def which_one(desk: Desk, line: str, one: Customer, found: Sequence[OpenPromise]) -> list[Effect]:
    """Ask which of several is meant; the number carries `line` on."""
    question = {
        "kind": "choose",
        "line": line,
        "name": _WHICH,
        "options": [promise.id for promise in found[:9]],
        "chosen": dict(desk.chosen),
        "confirmed": desk.confirmed,
    }
    lines = [f"{phrase(desk, p)}（“{short(p.words)}”）" for p in found[:9]]
    told = f"答应 {short(one.called)} 的有 {len(found)} 件，是哪件？回数字：\n{listed(lines)}"
    return [AskSeller(desk.seller, question), Reply(told)]


def judged_lately(desk: Desk, one: Customer) -> Made:
    """What was kept or broken last, for who speaks of it afterwards; Refused if there is nothing."""
    last = promises.last_judged(desk.connection, one.id, desk.now - timedelta(days=7))
    if last is None:
        example = f"在回他的话里说了时间就会记下，例：回 {typed(one)} 明天给您答复"
        raise Refused(f"没有答应着 {short(one.called)} 的事。{example}")
    return last


COMMAND = Command(
    name="答应",
    does="看答应了谁什么、什么时候到点",
    example="答应",
    arguments=Arguments,
    run=run,
    aliases=("promises",),
)
