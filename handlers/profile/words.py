"""What a text says of its own writer: phone, name, address, birthday, size. Pure.

A phone or an address in a message is often another's: a parcel for the writer's mother, the courier's number.
Such a text says nothing of the writer, unless it calls the phone their own in so many words (我的电话 …).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from handlers.understanding.entities import Address, Birthday, Entities, Phone, Size, SizeKind, find_entities

_DIGIT_RUN = re.compile(r"\d(?:[ -]?\d){10}")
_WORTH_A_LOOK = re.compile(
    r"\d(?:[ -]?\d){10}|生日|出生|寿|我叫|[码斤]|身高|体重|平时穿|"
    "[省市区县镇路街巷村].{0,30}[号楼栋室村苑园区]"
)
_RELATIVE = (
    "(?:妈妈?|老妈|爸爸?|老爸|父母|爸妈|老婆|老公|媳妇|对象|男朋友|女朋友|男友|女友|儿子|女儿|孩子|宝宝|爷爷|奶奶|外婆|外公|姥姥|姥爷|"
    "婆婆|公公|岳[父母]|丈母娘|老丈人|姐姐?|妹妹?|哥哥?|弟弟?|嫂子?|[大小二三]?[姨姑舅叔婶伯](?:妈|父|娘|夫)?|阿姨|"
    "朋友|闺蜜|同事|同学|室友|邻居|亲戚|老师|领导|老板|客户|家人|家里人|长辈|老人)"
)
_FOR_ANOTHER = re.compile(
    rf"(?:给|送|寄|发|邮|帮|替)(?:到|去|一[份瓶盒套])?我?们?(?:的|家)?{_RELATIVE}|"
    rf"(?:我|俺)(?:的|家)?{_RELATIVE}|"
    rf"{_RELATIVE}(?:的|家的?)?(?:电话|手机|号码|联系方式|地址|收|住|那边|家)|"
    rf"(?:收件人|收货人|联系人)[是:写换改成 ]*(?:我)?(?:的)?{_RELATIVE}|"
    "送人|送礼|当礼物|是礼物|代收|代买|代拍|(?:帮|替)(?:人|别人|[他她它])|给(?:别人|[他她它])|别人|对方|[他她它]的|[他她它](?:电话|手机|号码|地址)"
)
_NOT_OF_A_BUYER = re.compile(
    "(?:快递|派件|送货|骑手|司机|驿站|物流|师傅|小哥|客服|你们|你家|店家|卖家|商家|店主|店里|公司|中通|圆通|申通|韵达|顺丰|极兔|邮政)"
    "[^,。;!?]{0,8}(?:电话|手机|号码|号|打)|打来|来电|骚扰|诈骗|骗子|冒充|打不通|没人接|不接"
)
_OWN_PHONE = re.compile(
    r"(?:我|本人|俺)(?:自己)?(?:的)?(?:新|现在|常用)?(?:的)?(?:电话|手机|号码|联系方式|联系电话|微信|号)"
    r"(?:号码|号|同号)?(?:换成|改成|换|改)?(?:了|是|为|:|,| )*$"
)
_REACH_ME = re.compile(r"(?:打|联系|加|找|发)(?:给)?我|我是这个号")
_LABELLED = re.compile(r"(?:电话|手机|号码|联系方式|联系电话|tel|mob)(?:号码|号)?(?:是|为|:|,| )*$")
_CHATTER = re.compile(
    r"[\s,.。，!！~:：;；()（）]|电话|手机|号码|联系方式|是|我的?|号|这个|好的?|收|嗯|哦|就"
)
_OWN_NAME = re.compile(
    r"(?:我(?:名字)?叫|我的名字[是叫])([^\W\d_了你我他她不没的人个一两车外快救])"
    r"([\u4e00-\u9fff·]{1,3})(?=[,，。.!！~ ]|$)"
)
_SHIPS_TO = re.compile("地址|寄到|送到|发到|寄给|收货|收件|我家在|我住|住在|(?:寄|发|送)[:，, ]?$")
_NOT_THEIRS = re.compile("你们|你家|店里|门店|实体店|仓库|发货地|退(?:货|到|回)|寄回")
_ANOTHERS_DAY = re.compile(r"[他她它]|ta|狗|猫|公司|店|领导|客户|老师|明星|爱豆|祖国|国庆|" + _RELATIVE)
_SUBJECT_REACH = 10
_BORN = re.compile(r"((?:19|20)\d{2})年(?:的)?$")
_OF_ONESELF = re.compile("我|本人|平时穿|一般穿|身高|体重")
_FACTS = {SizeKind.HEIGHT: "身高", SizeKind.WEIGHT: "体重"}
_UNITS = {SizeKind.HEIGHT: "cm", SizeKind.WEIGHT: "kg"}
LUNAR_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_ONES = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
LUNAR_DAYS = (
    *(f"初{n}" for n in _ONES[1:]),
    *(f"十{n}" for n in _ONES[1:10]),
    "二十",
    *(f"廿{n}" for n in _ONES[1:10]),
    "三十",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said of themselves: profile fields by name, facts by theirs.

    recipient: the name in a block of name, phone and address, whosever it is. another: the phone in it is
    somebody else's.
    """

    fields: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    recipient: str = ""
    another: bool = False

    @property
    def phone(self) -> str:
        """The writer's own phone; empty if none was said."""
        return self.fields.get("phone", "")


def phones_in(text: str) -> tuple[str, ...]:
    """The mobiles in any text, levelled; costs next to nothing where there are no digits."""
    if not _DIGIT_RUN.search(text):
        return ()
    return tuple(dict.fromkeys(p.number for p in find_entities(text).phones if p.mobile))


def told(normal: str, *, question: bool, name: str = "") -> Told:
    """What normalised text says of its writer, who is known as `name`, if at all."""
    if not _WORTH_A_LOOK.search(normal):
        return Told()
    found = find_entities(normal)
    recipient = next((r.name for r in found.recipients), "")
    another = _for_another(found) or (bool(recipient) and differ(recipient, name))
    phone = _own_phone(found, another=another, question=question)
    fields = dict(_fields(found, phone, recipient, question=question))
    facts = {} if _FOR_ANOTHER.search(found.text) else dict(_facts(found.sizes, found.text))
    stranger = bool(found.phones) and phone is None
    return Told(fields, facts, recipient, stranger)


def _for_another(found: Entities) -> bool:
    """Whether what stands in it is, by its words, not the writer's."""
    text = found.rest
    return bool(_FOR_ANOTHER.search(text) or _NOT_OF_A_BUYER.search(text))


def _own_phone(found: Entities, *, another: bool, question: bool) -> Phone | None:
    """The one that is called the writer's own; else the only one, where nothing speaks against it."""
    mobiles = [p for p in found.phones if p.mobile]
    said = next((p for p in mobiles if _OWN_PHONE.search(found.text[: p.start])), None)
    if said is not None:
        return said
    if another or len({p.number for p in mobiles}) != 1:
        return None
    phone = mobiles[0]
    block = bool(found.addresses or found.recipients)
    labelled = _LABELLED.search(found.text[: phone.start]) is not None
    bare = not _CHATTER.sub("", found.rest.replace("\ue001", ""))
    called_for = _REACH_ME.search(found.text) is not None
    return phone if bare or ((block or labelled or called_for) and not question) else None


def _fields(
    found: Entities, phone: Phone | None, recipient: str, *, question: bool
) -> Iterator[tuple[str, str]]:
    if phone is not None:
        yield "phone", phone.number
    anothers = _for_another(found)
    called = _OWN_NAME.search(found.text)
    if called:
        yield "name", called[1] + called[2]
    elif recipient and phone is not None and not anothers:
        yield "name", recipient
    if address := _own_address(found, phone, question=question or anothers):
        yield "address", address.full
    if born := next((b for b in found.birthdays if _own_day(b, found.text)), None):
        yield "birthday", written(born, found.text)


def _own_address(found: Entities, phone: Phone | None, *, question: bool) -> Address | None:
    """In a block with the own phone, or called the place to send to."""
    if len(found.addresses) != 1 or (found.phones and phone is None):
        return None
    address = found.addresses[0]
    before = found.text[: address.start]
    if _NOT_THEIRS.search(found.text) or _for_another(found):
        return None
    called = _SHIPS_TO.search(before) is not None and not question
    return address if phone is not None or called else None


def _own_day(born: Birthday, text: str) -> bool:
    around = text[max(0, born.start - _SUBJECT_REACH) : born.end]
    return not born.whose and not _ANOTHERS_DAY.search(around)


def written(born: Birthday, text: str = "") -> str:
    """A birthday as 生日 keeps it: 1990-03-05, 03-05, 农历八月十五, 1990年农历闰四月初三."""
    if not born.lunar:
        day = f"{born.month:02}-{born.day:02}"
        return f"{born.year}-{day}" if born.year else day
    year = _BORN.search(text[: born.start])
    leap = "闰" if born.leap else ""
    day = f"农历{leap}{LUNAR_MONTHS[born.month - 1]}月{LUNAR_DAYS[born.day - 1]}"
    return f"{year[1]}年{day}" if year else day


def _facts(sizes: Sequence[Size], text: str) -> Iterator[tuple[str, str]]:
    if _OF_ONESELF.search(text):
        for size in sizes:
            yield _FACTS.get(size.kind, "尺码"), size.value + _UNITS.get(size.kind, "")


_TITLES = (
    "姐",
    "哥",
    "总",
    "嫂",
    "婶",
    "姨",
    "叔",
    "妹",
    "弟",
    "老师",
    "女士",
    "先生",
    "小姐",
    "太太",
    "阿姨",
    "老板",
)
_NAME = re.compile("[\u4e00-\u9fff]{2,4}")


def differ(one: str, other: str) -> bool:
    """Whether two names cannot be one person's: both whole (王芳), not 小丽 or 王姐, and not the same."""
    whole = [_NAME.fullmatch(n) and n[0] not in "小老阿" and not n.endswith(_TITLES) for n in (one, other)]
    return all(whole) and one not in other and other not in one
