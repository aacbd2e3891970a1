"""群发: an offer to those whom a condition means, shown first, sent one by one (PRACTICES 41, 118, 132)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from bot.core.customer import Customer
from bot.core.delivery import Kind, Status
from bot.core.effects import Effect, Push, Reply
from bot.core.ledger import Late, Priority
from bot.core.selection import Node
from handlers import content
from handlers.addressing import greeting
from handlers.commands.desk import Desk
from handlers.commands.framework import (
    Arguments,
    Command,
    Misused,
    NeedsConfirmation,
    Refused,
    Text,
    Word,
    argument,
)
from handlers.commands.phrases import short
from handlers.selection import Misread, is_selection, parse
from handlers.wording import said
from scheduler.calendar.days import local_date
from storage.queries import outbox, selection

MOST: Final = 5000
"""People in one go: more than a small shop has, and what one transaction writes in a second or two."""
_ASKED: Final = 300
"""Of so many the ledger is asked beforehand; of the rest it is told how many they are."""
_SPACING: Final = timedelta(seconds=3)
_GOOD_FOR: Final = timedelta(days=3)
_JOINS: Final = ("且", "或", "并且", "或者", "非", "和")
_WAY_OUT: Final = "（{shop}，不想收回复 退订 就不再发）"
_EXAMPLES: Final = 3
_STATES: Final = {
    Status.SENT: "送出",
    Status.HELD: "排着",
    Status.PLANNED: "排着",
    Status.SENDING: "正在发",
    Status.PARKED: "等他来消息",
    Status.DROPPED: "没发",
    Status.FAILED: "没送出",
    Status.UNKNOWN: "不知道送到没有",
}


class BroadcastArguments(Arguments):
    """群发 [条件] [文字]; without anything the result of the last one."""

    condition: Word = argument("条件", optional=True)
    text: Text = argument("文字", optional=True, rest=True)

    @classmethod
    def spread(cls, line: str) -> dict[str, str]:
        """The condition goes on as long as 且, 或 and 非 join it; what follows is the text, as it stands."""
        rest, taken, joined = line.lstrip(), "", True
        while rest and joined:
            word = rest.split(maxsplit=1)[0]
            after = rest[len(word) :]
            taken += f" {word}"
            following = after.split(maxsplit=1)[0] if after.split() else ""
            joined = word in _JOINS or following in _JOINS
            rest = after.lstrip()
        found = {"condition": taken.strip(), "text": rest.strip()}
        return {name: value for name, value in found.items() if value}


def run(desk: Desk, args: BroadcastArguments) -> list[Effect]:
    """Nothing leaves before 确认; then one message per person, a few seconds apart, that 撤 can stop."""
    if not args.condition:
        return [Reply(_last(desk))]
    node = _condition(desk, args.condition)
    if not args.text:
        raise Misused("还没写要发的话。")
    text = _checked(desk, args.text)
    found = selection.selected(desk.connection, node, _moment(desk), MOST)
    if not found.ids:
        raise Refused(f"没有符合“{args.condition}”的人。")
    if found.total > MOST:
        raise Refused(f"符合的有 {found.total} 位，一次最多 {MOST} 位。把条件写窄一点。")
    people = [one for one in desk.customers(found.ids) if one.contact.is_somewhere]
    if not people:
        raise Refused(f"符合的 {found.total} 位都没有聊天账号，发不了。")
    if not desk.confirmed:
        raise NeedsConfirmation("\n".join(_shown(desk, text, people, found.total)))
    pushes = [_push(desk, one, text, n) for n, one in enumerate(people)]
    minutes = max(1, round(len(people) * _SPACING.total_seconds() / 60))
    told = f"好，{len(people)} 位，一位一位发，大约 {minutes} 分钟发完。停下发 撤，看结果发 群发。"
    return [*pushes, Reply(told)]


def _condition(desk: Desk, typed: str) -> Node:
    """Somebody in particular is meant, never everybody (41)."""
    try:
        node = parse(typed, [tier.name for tier in desk.settings.value.tiers.levels])
    except Misread as misread:
        raise Refused(f"条件没看懂：{misread}") from misread
    if not is_selection(typed):
        raise Refused(f"先写发给谁，不能发给所有人。例：{COMMAND.example}")
    return node


def _moment(desk: Desk) -> selection.Moment:
    return selection.Moment(desk.now, local_date(desk.now, desk.settings.shop.zone))


def _checked(desk: Desk, typed: str) -> str:
    """With who writes and the way out, and nothing that may not stand in an offer; {name} may."""
    shop = desk.settings.shop.name
    missing = [f for f in content.faults(typed, content.TextKind.PROMO, shop=shop) if not f.word]
    text = typed + (_WAY_OUT if missing else "")
    wrong = content.faults(text, content.TextKind.PROMO, shop=shop)
    if wrong:
        raise Refused(f"这段话不能发：\n{content.marked(text, wrong)}")
    try:
        said(desk.settings, text, name="")
    except (KeyError, ValueError, IndexError) as unknown:
        raise Refused("大括号里只能写 {name} 和 {shop}。") from unknown
    return text


def _filled(desk: Desk, one: Customer, text: str) -> str:
    return said(desk.settings, text, name=greeting(one))


def _shown(desk: Desk, text: str, people: Sequence[Customer], total: int) -> Iterator[str]:
    """How many, who not and why, and what the first ones will read."""
    yield f"符合的 {total} 位，有聊天账号的 {len(people)} 位。"
    asked = people[:_ASKED]
    reasons = [desk.not_allowed(one, Kind.PROMO) for one in asked]
    counted = Counter(reason.split("，")[0] for reason in reasons if reason)
    going = [one for one, reason in zip(asked, reasons, strict=True) if not reason]
    of = f"前 {len(asked)} 位里，" if len(people) > len(asked) else ""
    yield f"{of}现在能收的 {len(going)} 位。" + "".join(
        f"\n{count} 位现在不发或晚点发：{reason}" for reason, count in counted.most_common(5)
    )
    yield "他们会看到："
    for one in (going or list(people))[:_EXAMPLES]:
        yield f"{short(one.called)}：{_filled(desk, one, text)}"


def _push(desk: Desk, one: Customer, text: str, n: int) -> Push:
    hold = desk.settings.sending.undo + n * _SPACING
    return Push(
        one.id,
        _filled(desk, one, text),
        Kind.PROMO,
        key=f"{outbox.BROADCAST}{desk.now.isoformat()}:{one.id}",
        hold=hold,
        expires_at=desk.now + hold + _GOOD_FOR,
        origin=desk.seller,
        rule="群发",
        priority=Priority.PROMO,
        late=Late.HOLD,
    )


def _last(desk: Desk) -> str:
    """What has become of the last one, person by person."""
    rows = outbox.last_broadcast(desk.connection)
    if not rows:
        return f"还没有群发过。\n{COMMAND.manual}"
    states = Counter(_STATES.get(row.status, str(row.status)) for row in rows)
    lines = [f"{desk.when(rows[0].created_at)} 的群发，{len(rows)} 位："]
    lines.append("，".join(f"{state} {count}" for state, count in states.most_common()))
    reasons = Counter(row.reason for row in rows if row.reason and row.status is not Status.SENT)
    lines += [f"{count} 位：{reason}" for reason, count in reasons.most_common(5)]
    doubtful = [short(row.called) for row in rows if row.status in (Status.FAILED, Status.UNKNOWN)]
    if doubtful:
        lines.append(f"请看一眼：{'、'.join(doubtful[:10])}")
    return "\n".join(lines)


COMMAND = Command(
    name="群发",
    does="给挑出来的人发活动消息，先给你看；只打 群发 看上次的结果",
    example="群发 标签=等新品 且 90天未购 {name}新到一批桃花面膜，老客先挑",
    arguments=BroadcastArguments,
    run=run,
    aliases=("broadcast",),
    owner_only=True,
)
