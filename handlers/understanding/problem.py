"""The concrete thing that went wrong, in few words that the shop can say back to the buyer. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from handlers.understanding import words as said
from handlers.understanding.normal import normalise
from handlers.understanding.problem_words import KINDS, ORDERED

LONGEST: Final = 24
"""Characters of a phrase."""
_ROOM = LONGEST - 4  # 东西 may come before it, and 我 become two characters
_READ = 1200  # characters of what the buyer wrote
_NOT: Final = re.compile(
    "(?:没有?|不|未|不是|并非|不会|不算|(?:没有?|不)(?:什么|任何|出现|再|怎么)|没觉得)(?:被|有|是|说)?$"
)
_ONLY_FEARED: Final = re.compile(
    "会不会|是不是|有没有|要是|如果|万一|假如|倘若|的话$|[怕愁]|担心|以为|可能会|别(?![人的])"
    "|不要|千万|小心|下次|以后|希望|应该会|^再不|说没|^不[退赔管]我?就|^否则|^不然"
)
_QUESTION: Final = re.compile("(?<![没有不])什么|(?<![没有])啥|多久|几[天时点]|哪|谁|多少|怎样|如何")
_THREAT: Final = re.compile(
    "差评|12315|12345|投诉|曝光|报警|起诉|工商|消协|律师|法院|举报|黑猫|市场监管|消费者协会|抖音|小红书"
)
_SWEARING: Final = re.compile(
    "(?:[他你它尼]妈|特么|tm|踏马)(?:的|逼)?|妈的|妈蛋|卧槽|我[靠操艹擦](?!近)|握草|[操艹草](?=$)"
    "|狗屁|狗东西|坑爹|[傻煞沙][逼比叉x]|"
    "(?<![a-z])(?:tmd|md|sb|cnm|nmd|mmp|wc|nnd|wtf)(?![a-z])|脑残|混蛋|王八蛋?|奇葩|垃圾(?![袋桶箱车"
    "铲篓])(?:店|商家|卖家)?|黑心|无良|"
    "(?:真|也|简直|实在)?(?:是)?(?:气死(?:我|人)?了?|太过分了?|离谱|无语|服了(?:你们?)?"
    "|醉了|恶心死?了?(?!想吐)|坑人|呵呵|哼|晕死)"
)
_BREAK: Final = re.compile(
    "[,;!?…~、\"“”'‘’()]+|。+|(?<!\\d)\\.|\\.(?!\\d)|(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])"
    "|(?=怎么(?!样?[都也洗弄按开充打擦用调])|为什么|为啥|凭什么|咋|你们?(?:怎么|到底|必须"
    "|赶紧|看[看着怎]|说[说吧怎]|打算|准备|给个|得给|自己看))"
    "|(?=(?:赶紧|赶快|立[刻马]|马上|必须|要求|强烈要求)(?:给|退|换|赔|补|处理|解决|你们))"
    "|(?=我(?:现在)?(?:要(?!的)|就[要去打给投]|会(?:去|投|打)|想(?:退|换|问|要)))"
    "|(?=(?<![少没不多乱错])给我(?:退|换|补|赔|解决|处理|说|个))|(?=[能可](?:不[能可])?以?(?:退"
    "|换|补|修|赔))|(?=什么时候|多久|不[然退赔管]我?就|否则|(?<![如果要是])再不)"
    "|(?=结果|但是?(?![^,]{0,2}心)|可是|不过|而且|然后|居然|竟然|还说)|(?<=了)(?=你们(?![的家])|我的)"
)
_WHEN: Final = (
    "(?:(?:今|昨|前)[天日晚早]|刚[才刚](?![买收])|上午|中午|下午|晚上|早上|上周[一二三四五六日天]?"
    "|周[一二三四五六日天]|\\d+[号日]|之前|前几天|那天|现在|到现在|目前|这次|今年|上次)*"
)
_LEAD: Final = re.compile(
    "^(?:[\\W_]|你好|您好|在吗|亲+(?!戚)|喂|老板娘?|店[家主]|掌柜的?|商家|请问|结果|但是?"
    "|可是?|不过|而且|然后|就是|因为|反正|其实|真的?是?|另外|还有|首先|第[一二三]|"
    "居然|竟然|还说|发现|感觉|我?说的?是|想说|[跟和]你们?说一?下?|就(?=便宜|降价)|收到(?:货"
    "|快递|包裹)(?=打开|拆开|发现)|怎么[就又会]?|为什么|为啥|凭什么|咋|到底|我?要?(?:投诉"
    "|举报|反映|反馈)(?:一下)?(?:你们?)?(?![了过也都半几没无])|"
    "(?:[这那]|什么)?个?破(?=[\u4e00-\u9fff]{2})|[这那](?!个?[月周星礼])个?(?![些样里边么儿])|[你您]们?(?:[这那]里?"
    "|家|店里?|店铺)*的?|"
    f"[我俺咱]们?{_WHEN}(?:在[你您]们?[这那]?[里边儿家店]*)?(?=$|[买拍收要选点用穿吃订下等催打问付给吹"
    f"戴敷退申找]|打开|拆开|刚)|{_WHEN}(?=[^了的过])|"
    "(?:收到|打开|拆开|拿到|拿回来|回来|到货)(?:货|快递|包裹|盒子|东西)?(?:之后|以后|后(?!来)"
    "|一看|就?发现|的时候)+(?:就?发现)?|一(?:打开|拆开|看)(?:就?发现)?)+"
)
_GOT: Final = re.compile(
    f"^[我俺咱]?们?{_WHEN}(?:在?[你您]们?[这那]?[里边儿家店]*)?{_WHEN}(?:新|刚)?(?:收到"
    f"|买|拿到|寄来|寄过来|发来|发过来|拍|订|下单)(?:来|到)?的(?!是|[红白黑蓝绿黄紫粉灰]色)(?:这个"
    f"|那个|时候)?"
)
_TAIL: Final = re.compile(
    "(?:[\\W_]|[啊呀哦哈呢吧嘛吗哎唉诶噢喔]|真是|而且|但|结果|的话|好吗|了都|然后|又|还)+$"
)
_PARTS: Final = re.compile(
    "(?<=之后|以后|时候)|(?<=[后时就])|(?=从|一直|把|被|全|根本|导致|害|弄得|搞得|现在|让|连)"
)
"""Where a clause without any comma may be cut."""
_BARE: Final = re.compile(
    "(?:[都全又也还就是]|已经|直接|全部|根本|完全|有点|里面|一用就|用两天就|好像)*(?:碎"
    "|裂|破|坏|漏(?![发寄])|洒|断|瘪|变形|压扁|生锈|发霉|变质|过期|临期|脏|烂|臭|假|空"
    "|"
    "太[小大短长]|偏[大小]|没用|没反应|[打开充连用]不|不[亮转响]|掉[色漆了毛]|不好用|难[用吃看闻]"
    "|刺鼻|二手|[用拆]过|旧的|有色差|缩水|起球)(?!的[\u4e00-\u9fff])"
)
_WHOSE: Final = re.compile("我妈(?!妈)|我爸(?!爸)|[我俺咱]们?|[你您](?:们)?家?(?![\u4e00-\u9fff]?妈)")
_FAMILY: Final = {"我妈": "您妈妈", "我爸": "您爸爸"}


class _Named(NamedTuple):
    rank: int
    short: bool
    phrase: str


def problem_in(words: str) -> str:
    """What went wrong, as the shop says it to the buyer: fits before "，换谁都恼火" (VOICE; PRACTICES 3, 4).

    words: all that the buyer wrote, the messages joined with newlines. The answer is one clause of theirs
    (two if they set what was ordered against what came) with 我 turned into 您, and without swearing,
    threats, demands and questions; at most `LONGEST` characters. Empty if nothing concrete is named, or
    only feared or denied: then the shop had better say nothing than something wrong. Never raises.
    """
    named: list[_Named] = []
    for line in words[:_READ].splitlines():
        clauses = [_Clause(piece) for piece in _pieces(line)]
        for before, clause in zip([None, *clauses], clauses, strict=False):
            named += _named(clause, before)
    return min(named, key=lambda n: n[:2]).phrase if named else ""


class _Clause:
    """One clause, as written but levelled, and bare of what stands before the matter."""

    def __init__(self, written: str) -> None:
        self.asks = written.endswith("?")
        self.asks_why = re.match("[\\W_]*(?:怎么|为什么|为啥|咋|凭什么)", written) is not None
        self.text = written.rstrip("?")


def _pieces(line: str) -> list[str]:
    """The clauses of a line; a question keeps its mark."""
    level = _levelled(said.EMOTICON.sub(",", line))
    pieces, start = [], 0
    level = _SWEARING.sub(",", level)
    for seam in _BREAK.finditer(level):
        pieces.append(level[start : seam.start()] + "?" * ("?" in seam[0]))
        start = seam.end()
    return [piece for piece in (*pieces, level[start:]) if piece.strip("? ")]


def _levelled(text: str) -> str:
    """Normalised, but with the capitals of sizes and brands."""
    plain = unicodedata.normalize("NFKC", " ".join(text.split()))
    normal = normalise(plain)
    if len(normal) != len(plain):
        return normal
    return "".join(p if p.isascii() and p.lower() == n else n for p, n in zip(plain, normal, strict=True))


def _named(clause: _Clause, before: _Clause | None) -> list[_Named]:
    text = clause.text
    if before is not None and not before.asks:
        both = f"{_bare(before.text)},{_bare(text)}"
        if len(both) <= LONGEST and ORDERED.search(both.lower()):
            return [_Named(KINDS.index(ORDERED), False, _turned(both.replace(",", "，")))]
    core = _core(text)
    if _THREAT.search(core) or _ONLY_FEARED.search(core) or _only_asks(clause, core):
        return []
    for rank, kind in enumerate(KINDS):
        for match in kind.finditer(core.lower()):
            if not _NOT.search(core[: match.start()]):
                phrase = _phrase(core, match)
                return [_Named(rank, len(phrase) < 4 or phrase.startswith("东西"), phrase)] if phrase else []
    return []


def _only_asks(clause: _Clause, core: str) -> bool:
    """怎么还没发货? names what is wrong, 会漏吗? does not."""
    if clause.asks_why:
        return False
    asks = clause.asks and not core.endswith("了")
    return asks or _QUESTION.search(core) is not None or re.search("[吗么]\\W*$", clause.text) is not None


def _core(text: str) -> str:
    """Without 我昨天收到的 either, unless it says what was ordered."""
    bare = _bare(text)
    return bare if ORDERED.search(bare.lower()) else _bare(_GOT.sub("", bare))


def _bare(text: str) -> str:
    """Without what leads to the matter and what trails behind it."""
    return _TAIL.sub("", _LEAD.sub("", text))


def _phrase(core: str, match: re.Match[str]) -> str:
    whole = _turned(core if len(core) <= _ROOM else _part(core, *match.span()))
    return f"东西{whole}"[:LONGEST] if _BARE.match(whole) else whole


def _part(core: str, start: int, end: int) -> str:
    """As much around the matter as fits, cut where a clause can be cut."""
    cuts = [cut.start() for cut in _PARTS.finditer(core)]
    last = min((cut for cut in (*cuts, len(core)) if cut >= end), key=lambda cut: cut - end)
    last = last if last - start <= _ROOM else end
    first = min((cut for cut in (0, *cuts) if cut <= start and last - cut <= _ROOM), default=start)
    return core[first:last]


def _turned(phrase: str) -> str:
    """The buyer's 我 is the shop's 您, and the other way round."""
    turned = _WHOSE.sub(lambda m: _FAMILY.get(m[0]) or ("您" if m[0][0] in "我俺咱" else "我们"), phrase)
    return turned[:LONGEST]
