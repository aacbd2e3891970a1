"""What a buyer answers when asked whether a complaint was settled to their satisfaction. Pure."""

from __future__ import annotations

import re
from enum import Flag, StrEnum, auto
from typing import Final

from handlers.understanding.meaning import Intent, Meaning
from handlers.understanding.normal import normalise


class Satisfaction(StrEnum):
    """Step 8 of PRACTICES 1: thanks; back to step 6 with the final offer; or the seller reads it himself."""

    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"
    UNCLEAR = "unclear"


class _Sign(Flag):
    NONE = 0
    GOOD = auto()
    BAD = auto()
    OPEN = auto()  # lukewarm, not yet, it depends: neither yes nor no


_READ = 600  # characters
_SURE = 0.8
_MENU: Final = re.compile("(?:我?选|回复?|答|是)?\\W*([12一二])\\W*(不?满意)?\\W*")
_MARKS: Final = re.compile(
    "(?:我?(?:给|打|评)?)?(\\d{1,3}|[零一二两三四五六七八九十])(?:分|星|颗星)(?:好评|满意|吧|啦|哦)?"
)
_HAN: Final = {han: number for number, han in enumerate("零一二三四五六七八九十")} | {"两": 2}
_CLAUSES: Final = re.compile("[,，.。!！;；~～、\n…]+|(?<=[?？])|(?=但是?|可是|不过|就是(?!这样)|只是)")
_ASKS: Final = re.compile(
    "\\?|(?:吗|么|(?<!着)呢)$|什么时候|多久|多少|怎么(?![都也可会又还])|几[天时点]|哪[里个天]"
    "|是不是|能不能|可不可以|行不行|好不好|满不满意|有没有"
)
_HAN_GAP: Final = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_SMILES: Final = "👍👌🙏😊😄😁😍🥰❤💖💕🌹🎉😘🤝💪✌🆗☺"
_FROWNS: Final = "👎😡😠🤬🙄😤😒💔🖕😞😭😢🤮"

_RULES: Final[tuple[tuple[_Sign, re.Pattern[str]], ...]] = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        # nothing about the matter, though it looks so
        (_Sign.NONE, "不好意思|不好说|好评返现|多谢你们全家|\\[微笑\\]"),
        # mocking
        (
            _Sign.BAD,
            "(?:满意|开心|高兴|谢谢|好|行|可以)(?:你|他)?个?(?:鬼|屁|毛线?|头|锤子?|蛋"
            "|der)(?![发绳盔])|才怪|谢谢?你(?:们)?全家|呵呵|"
            "真?是?(?:谢谢|感谢)(?:你|您)们?(?:了)?啊$|满意极了才|你[们]?(?:觉得|说|看)我?会?(?:呢"
            "|满意|行|可以)|你们?(?:开心|高兴|说了)(?:就好|算)",
        ),
        # a no that is denied
        (
            _Sign.OPEN,
            "(?:不能说|不是|谈不上|说不上|也?不算|算不上|倒?不至于)(?:有多|很|太)?(?:不满意?|差|不好)",
        ),
        (
            _Sign.GOOD,
            "(?:没有?|无|哪有)(?:什么|任何|啥|半点|一点)?(?:可|好)?(?:不满意?|不好|意见"
            "|毛病|问题|异议|疑问|挑剔)(?:的|了)?|"
            "(?:没有?|不|并没有?|再?也不)(?:让我|再)?(?:失望|生气|后悔|吃亏|介意|怪[你您]们?"
            "|敷衍)|不能再(?:满意|好)|不要太满意|"
            "不(?:错|差|赖|用谢)|没(?:得|话)说|满意得不",
        ),
        # a no
        (
            _Sign.BAD,
            "(?:不|没|别|无法|难以?|哪里?|怎么(?:可能)?(?:会)?|谈不上|说不上|算不上|不能说)(?:是"
            "|太|怎么|咋|大|够|很|算|会|可能|觉得|特别|非常|多|"
            "那么|有多|完全|十分|让我|能让我|让人|到|敢说){0,3}满意|不满(?!\\d)|除了?满意|差强人意",
        ),
        (
            _Sign.BAD,
            "不行|不可以|不服|不是(?:很|太|特别|那么)?好|不怎么样|不咋|不好(?!$|说)|不好$|不[能会]?接受|不同意|不认(?:可|同)|不够(?!$)"
            "|不够$|不值|不解决|不合理|不公平|不爽|不高兴|不开心|"
            "(?<!还)没用|[没未](?:有)?(?:给我?)?(?:解决|处理|诚意|效果|有用|收到|到账?"
            "|退|人|发|补|换|修|消息|动静|下文|回复|结果|打款|变化|改[善进])|"
            "没(?:有)?(?:完|这么便宜)",
        ),
        (
            _Sign.BAD,
            "(?:有|有些|还有|又有)(?:点|很多|大)?(?:问题|意见)(?!想|要?问|请教)|又(?:坏"
            "|漏|裂|碎|断|错|过敏|出|来|不|没)|(?:还是|依[旧然]|仍然?)(?:坏|漏|一样|老样子"
            "|"
            "不|没|要退|想退|很?差|有[味问])|一直[没不]|太(?:慢|少|差|敷衍|过分|坑|低|垃圾)"
            "|敷衍|打发|失望|生气|气[死人愤]|恶心|垃圾|骗|坑(?:人|我)|差评|差劲|很差|太烂"
            "|投诉|举报|"
            "12315|消协|曝光|过分|离谱|无语|恼火|烦(?!请)|态度(?:很|太|真)?(?:差|恶劣|不)"
            "|心寒|寒心|窝火|憋屈",
        ),
        (
            _Sign.BAD,
            "(?:再也不|不会再|不想再|不再)(?!投诉|追究|计较|说)|下次(?:不|绝不|再也)(?!客气)"
            "|以后(?:不|绝不|再也不)|不[来买]了|拉黑|取关|最后一次|"
            "除非|(?:必须|要求|还是)(?:要|得)?(?:退|换|赔|全)|我?[要想](?:退款|退钱|退货"
            "|全退|赔偿|换新|找人工|投诉)|退钱|赔钱|才(?:能|会|算)?(?:满意|行|可以|接受)"
            "|"
            "(?:就|我就|那就)(?:算)?满意|(?:赔|退|补|送|换)[^,]{0,8}(?:就|还)(?:行|可以|算了|好)",
        ),
        # resigned: asks for nothing more, and does not come back
        (
            _Sign.BAD,
            "算了|就这样吧|就那样吧|随便|随[你您]们?|无所谓|懒得|不想说|没什么好说|认[了栽]"
            "|认倒霉|自认|吃亏|拉倒|爱咋|爱怎|[你您]们?(?:自己)?看着办|"
            "还能怎[么样]|能怎么?[样办]|不然呢|不然还能|当(?:我)?(?:花钱|买个)|买个教训"
            "|累了|心累|罢了|不[计追]较?究?了",
        ),
        # neither: given in, cannot tell yet, on a condition
        (
            _Sign.OPEN,
            "^不用了|勉强|凑合|凑活|将就|一般(?!人)|马马虎虎|马虎|还?过得去|差不多|^那?好吧|^那?行吧"
            "|^那?就?这样(?:吧|了)?$|半满意|"
            "(?:等|先)[^,]{0,8}(?:再说|再看|看看|试试|用用|告诉|回[你您复])|[用试看]{1,2}(?:几天"
            "|一下)?再说|还没(?:用|试|拆|看|打开|穿|吃)|暂时|目前|"
            "再看看|看情况|不(?:知道|清楚|确定|好说)|要是|如果|万一|只要|希望|考虑|想想|不投诉|有个?问题",
        ),
    )
)
_GOOD: Final = re.compile(
    "满意|^(?:[那嗯哦]?(?:好|行|可|中|成|妥|对|是|嗯|恩|ok|okay|okk?|yes|y|可以|好的?好?的?"
    "|嗯+|行行|可)[的滴哒嘞啦呀啊哦噢嗯呢哈了吧]*)+$|可以|^[还挺]?行|还(?:行|好|成|阔以)"
    "|(?:挺|很|蛮|太|真|都|更|非常|特别|已经)好|"
    "好[的滴]?(?:谢|多了)|^好了|谢|感谢|辛苦|3q|thx|thank|解决了|处理好了|弄好了|修好了"
    "|到账了|[退补换]好?了$|(?:退|补|换|收)[到的]了?(?:退款|钱|新的|货)|处理得?(?:很|挺"
    "|蛮|真)?(?:好|快|及时|妥当)|"
    "(?:挺|很|蛮|真|太|够|这么|那么|还是)?(?:快|及时|贴心|负责|良心|暖心|给力|靠谱|有诚意"
    "|耐心)(?!点|一点|处理|退|给)|放心|开心|高兴|认可|接受|点赞|好评|赞|棒|666|没事|理解"
    "|原谅|"
    "下次(?:还|再)?(?:来|买)|回购|会再来|\\[(?:强|ok|玫瑰|爱心|鼓掌|握手|抱拳|呲牙|愉快|太阳|耶|鲜花)\\]|👍"
)
_PLEASED_AT_NOTHING: Final = re.compile(
    "满意的?话|满意(?:度|为止)|可以(?:退|换|赔|补|发|给|再|帮|联系|告诉)|好[难多少几]"
)


def satisfaction(text: str, meaning: Meaning | None = None) -> Satisfaction:
    """What the buyer says to 这样处理您满意吗？ (1 满意, 2 不满意); PRACTICES 8. Never raises.

    One no outweighs any yes (满意, 但是又坏了), a yes outweighs a question beside it, a bare question is
    unclear. Resigned (算了, 随便吧, 就这样吧) is unsatisfied: such a buyer asks for nothing and does not
    come back (PRACTICES 11), so a needless last offer costs less than a thank-you that closes the case.
    还没收到 is unsatisfied too, for only what has arrived is an action (6); 等收到再说 and half-hearted
    words (勉强, 好吧) are unclear, 还行 and 可以 are a yes. Mockery (满意个鬼, 呵呵) is a no.

    meaning: the reader's; decides where the words above say nothing: a complaint is a no, praise a yes.
    """
    normal = normalise(text[:_READ])
    menu = _by_number(normal)
    if menu is not None:
        return menu
    signs, asks = _Sign.NONE, False
    for clause in _clauses(text[:_READ]):
        asking = _ASKS.search(clause) is not None
        signs |= _sign(clause, asking=asking)
        asks |= asking
    signs |= _pictured(text)
    for sign, answer in _OUTWEIGHING:
        if sign in signs:
            return answer
    return Satisfaction.UNCLEAR if asks else _by_meaning(meaning)


_OUTWEIGHING: Final = (
    (_Sign.BAD, Satisfaction.UNSATISFIED),
    (_Sign.OPEN, Satisfaction.UNCLEAR),
    (_Sign.GOOD, Satisfaction.SATISFIED),
)


def _clauses(text: str) -> list[str]:
    """The clauses of all messages, without the spaces that some put between Chinese words."""
    lines = (_HAN_GAP.sub("", normalise(line)) for line in text.splitlines())
    return [clause for line in lines for piece in _CLAUSES.split(line) if (clause := piece.strip())]


def _sign(clause: str, *, asking: bool) -> _Sign:
    """What one clause says; each rule's words are out of sight for the next."""
    signs = _Sign.NONE
    for sign, pattern in _RULES:
        if pattern.search(clause):
            signs |= sign
            clause = pattern.sub(" ", clause)
    clause = _PLEASED_AT_NOTHING.sub(" ", clause).strip()
    return signs | _Sign.GOOD if not asking and _GOOD.search(clause) else signs


def _by_number(normal: str) -> Satisfaction | None:
    """The menu's 1 and 2, or marks: of five, of ten or of a hundred."""
    if match := _MENU.fullmatch(normal):
        yes = match[1] in "1一"
        if match[2] and yes != (match[2] == "满意"):
            return Satisfaction.UNCLEAR
        return Satisfaction.SATISFIED if yes else Satisfaction.UNSATISFIED
    match = _MARKS.fullmatch(normal)
    if match is None:
        return None
    marks = _HAN[match[1]] if match[1] in _HAN else int(match[1])
    if marks in (4, 5) or 8 <= marks <= 10 or 80 <= marks <= 100:
        return Satisfaction.SATISFIED
    return Satisfaction.UNSATISFIED if marks <= 2 else Satisfaction.UNCLEAR


def _pictured(text: str) -> _Sign:
    signs = _Sign.GOOD if any(c in _SMILES for c in text) else _Sign.NONE
    return signs | _Sign.BAD if any(c in _FROWNS for c in text) else signs


def _by_meaning(meaning: Meaning | None) -> Satisfaction:
    if meaning is None:
        return Satisfaction.UNCLEAR
    if meaning.is_complaint:
        return Satisfaction.UNSATISFIED
    praised = meaning.intent is Intent.PRAISE and meaning.share(Intent.PRAISE) >= _SURE
    return Satisfaction.SATISFIED if praised else Satisfaction.UNCLEAR
