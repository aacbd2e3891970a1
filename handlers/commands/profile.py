"""资料: how much is known of a person, what is missing, the one thing to ask next; and to write it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.core.customer import Customer
from bot.core.effects import Effect, Reply, SetFields
from handlers.commands.birthday import read_day
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Misused, Word, argument, level
from handlers.commands.phrases import short
from handlers.profile.completeness import Completeness, completeness, next_question
from handlers.profile.filling import FIELDS, said_otherwise
from handlers.profile.words import phones_in
from handlers.wording import typed
from storage.queries import namesakes, persons

LONGEST = 200
_COLUMNS = {"姓名": "name", "昵称": "nickname", "电话": "phone", "地址": "address", "生日": "birthday"}
_FACTS = ("性别", "年龄段", "尺码", "身高", "体重", "邮箱")
_SAID = {field: title for title, field in _COLUMNS.items()}
_KINDS = {"name": "曾用名", "nickname": "昵称", "phone": "另一个电话", "union_id": ""}


class ProfileArguments(Arguments):
    """资料 名 [哪一项 内容]."""

    who: Word = argument("名")
    item: str = argument("哪一项", optional=True)
    value: str = argument("内容", optional=True, rest=True)


def run(desk: Desk, args: ProfileArguments) -> list[Effect]:
    """Show what is known; with an item and its content, write that down as the seller's word."""
    one = desk.customer(args.who)
    if not args.item:
        return [Reply("\n".join(_shown(desk, one)))]
    if args.item not in (*_COLUMNS, *_FACTS):
        raise Misused(f"没有“{short(args.item)}”这一项，能写：{'、'.join((*_COLUMNS, *_FACTS))}。")
    if not args.value:
        raise Misused("还差内容。")
    return _write(desk, one, args.item, args.value)


# --- shown --------------------------------------------------------------------------------------


def _shown(desk: Desk, one: Customer) -> Iterator[str]:
    known = completeness(one, desk.settings, desk.now)
    yield f"{short(one.called)} #{one.id} 的资料，完整度 {known.score}%"
    yield f"硬资料：{_pairs({k: v for k, v in known.hard.items() if v}) or '还没有'}"
    soft = {name: "、".join(tags) for name, tags in known.soft.items() if tags}
    yield f"聊出来的：{_pairs(soft) or '还没有'}"
    yield from _also(desk, one)
    yield from _otherwise(one)
    if known.missing:
        yield f"还不知道：{'、'.join(known.missing)}"
    if known.stale:
        yield f"该再看看：{'；'.join(known.stale)}"
    yield asking(desk, one, known)


def _pairs(known: dict[str, str]) -> str:
    return "，".join(f"{name} {short(value, 30)}" for name, value in known.items())


def _also(desk: Desk, one: Customer) -> Iterator[str]:
    accounts = persons.accounts_of(desk.connection, one.id)
    if len(accounts) > 1:
        yield "账号：" + "、".join(f"{account} {short(who)}" for account, who in accounts)
    for kind, value in persons.also_known_as(desk.connection, one.id):
        if _KINDS.get(kind):
            yield f"{_KINDS[kind]}：{value}"


def _otherwise(one: Customer) -> Iterator[str]:
    """What the buyer has said beside what the seller wrote."""
    for name in (*FIELDS, *one.facts):
        if (value := said_otherwise(one, name)) and (title := _SAID.get(name, name)):
            yield f"他自己说过{title}是 {value}，你写的我没动。要换打：资料 {typed(one)} {title} {value}"


def asking(desk: Desk, one: Customer, known: Completeness | None = None) -> str:
    """The one thing to ask next, with the sentence to send; or that there is none."""
    if one.complaints or one.red_line_at or one.opted_out_at or one.stopped_at:
        return "现在先别问资料，先把眼前的事办好。"
    found = next_question(one, desk.settings, desk.now)
    if found is None:
        missing = (known or completeness(one, desk.settings, desk.now)).missing
        return "该问的都问到了，别的聊天里慢慢知道。" if missing else "都知道了，不用再问。"
    what, sentence = found
    return f"下次聊到可以问（{what}）：{sentence}\n现在就问打：回 {typed(one)} {sentence}"


def card_line(desk: Desk, one: Customer) -> str:
    """One line for the card of 客户."""
    known = completeness(one, desk.settings, desk.now)
    found = next_question(one, desk.settings, desk.now)
    asks = f"，下一个可以问{found[0]}" if found else ""
    return f"资料 {known.score}%{asks}（资料 {typed(one)}）"


# --- written ------------------------------------------------------------------------------------


def _phone(content: str) -> str:
    found = phones_in(content)
    if len(found) == 1:
        return found[0]
    plain = level(content)
    if len(plain) < 6 or len(plain) > 20 or not set(plain) <= set("0123456789-+ "):
        raise Misused(f"电话看不懂：{short(content)}")
    return plain


def _plain(content: str) -> str:
    return " ".join(content.split())


_READ: dict[str, Callable[[str], str]] = {"电话": _phone, "生日": read_day}


def _write(desk: Desk, one: Customer, item: str, content: str) -> list[Effect]:
    if len(content) > LONGEST:
        raise Misused(f"太长了，最多 {LONGEST} 个字。")
    value = _READ.get(item, _plain)(content)
    name = _COLUMNS.get(item, item)
    found = {key: said for key, said in one.found.items() if key != name}
    changes: dict[str, Any] = {"found": found}
    changes |= {name: value} if item in _COLUMNS else {"facts": {**one.facts, item: value}}
    told = f"记下了：{short(one.called)} 的{item} {value}"
    return [SetFields(one.id, changes), Reply(told + _others(desk, one, item, value))]


def _others(desk: Desk, one: Customer, item: str, value: str) -> str:
    """Who else has this phone: the seller knows whether they are one."""
    ids = namesakes.with_phones(desk.connection, [value]).get(value, set()) if item == "电话" else set()
    others = [other for other in desk.customers(sorted(ids - {one.id})) if other.id != one.id]
    if not others:
        return ""
    return f"\n{short(others[0].called)} 也是这个电话。是一个人就打：合并 #{one.id} #{others[0].id}"


COMMAND = Command(
    name="资料",
    does="看一个人知道多少、还差什么、下一句问什么；也能写进去",
    example="资料 小丽 地址 杭州市西湖区文三路1号",
    arguments=ProfileArguments,
    run=run,
    aliases=("profile",),
)
