"""How the shop calls a customer: 王女士, 小王, a nickname that reads like a name, or nothing (PRACTICES 39).

Never 尊敬的, and never a guess: a title needs a known sex, a bare full name sounds like a form, and a
nickname that is a shop, a mood or a row of signs is nobody's name. Saying nothing is always right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from bot.core.customer import Customer

COMPOUND: Final = frozenset(
    {
        *("欧阳", "司马", "上官", "诸葛", "尉迟", "皇甫", "慕容", "令狐", "司徒", "夏侯", "东方", "公孙"),
        *("端木", "轩辕", "宇文", "长孙", "独孤", "南宫", "百里", "东郭", "西门", "呼延", "澹台", "赫连"),
        *("申屠", "闻人", "钟离", "濮阳", "淳于", "太史", "公冶", "宗政", "鲜于", "闾丘", "司空", "拓跋"),
        *("完颜", "纳兰", "万俟", "公羊"),
    }
)
SURNAMES: Final = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛"
    "奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅卞齐康伍余"
    "元卜顾孟平黄和穆萧尹姚邵汪祁毛禹狄米贝明臧计伏成戴谈宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强"
    "贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房解应宗丁宣邓单洪包左石崔"
    "吉龚程邢裴陆荣翁荀甄曲封储靳段焦巴侯宁仇甘厉祖武符刘景詹龙叶幸司黎薄白蒲赖卓蔺屠蒙池乔阴"
    "闻翟谭申冉牛边尚农温庄晏柴瞿阎连习艾容向古易廖耿匡寇广聂关曾沙丰游岳覃蓬肖涂冼邝褟仝佟佘"
    "苟苑鞠谌阚揭栾敖代邸闫付"
)
_COMMON: Final = frozenset(
    "王李张刘陈杨赵吴周徐孙朱胡郭何林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘董袁余蒋杜苏魏吕沈姚卢姜崔"
    "谭范汪廖贾韦付邱邹孟秦"
)
"""Surnames that begin no ordinary word: 白云 and 安静 are nicknames, 王丽 is a name."""
_GIVEN: Final = frozenset(
    "芳丽美敏燕娟霞玲婷静雪雨文慧琴红英华萍颖倩蕾佳欣怡琳莉娜兰梅云薇瑶璐洁晴岚菲悦妍馨琪玉珍秀凤艳"
    "莹晶莎露媛娇娥莲翠桂丹虹彤军强伟勇杰涛磊鹏飞龙明亮刚辉斌峰浩宇超凯俊波建国平东海生林志健成光军"
)
_ENGLISH_LIST: Final = """
alice amanda amy angela angel anna annie bella ben betty bob bruce carol catherine chloe chris cindy
claire daisy daniel david ella emily emma eric eva fiona frank gary george grace harry helen henry
iris ivy jack jackie jacky jane jason jenny jerry jessica jessie jim joe john johnny judy julia kate
kelly ken kevin kitty leo lily lina linda lisa lucy maggie mandy maria mark mary max mia michael
mike molly nancy nick nina olivia paul peter rachel ray rita robert rose ruby sam sandy sarah sean
sherry shirley simon sophia sophie stella steve steven susan tiffany tim tina tom tony tracy vicky
victoria vincent vivian wendy william winnie zoe
"""
_ENGLISH: Final = frozenset(_ENGLISH_LIST.split())
"""What people who write their nickname in Latin letters are called; other words are moods or shops."""
FEMALE: Final = frozenset({"女士", "女", "女性", "女生", "女客人", "宝妈", "性别女"})
MALE: Final = frozenset({"男士", "男", "男性", "男生", "男客人", "宝爸", "性别男"})
ELDERS: Final = frozenset({"长辈", "老人", "老年人", "50后", "60岁以上", "70岁以上", "60+"})
"""What the shop's own tag rules and sellers call these; tags of other words say nothing."""
OLD: Final = 60

_TITLES: Final = (
    "先生|女士|小姐|太太|老师|医生|大夫|教授|律师|经理|老板娘|老板|大姐|大哥|大妈|大爷|大叔|大婶|阿姨"
    "|叔叔|伯伯|奶奶|爷爷|姐姐|哥哥|姐|哥|嫂|婶|姨|叔|总"
)
_HAN: Final = "[\u4e00-\u9fff]"
_TITLED: Final = re.compile(f"(?P<name>{_HAN}{{1,3}}?)(?P<title>{_TITLES})")
_FAMILIAR: Final = re.compile(f"(?P<kind>[小阿老])(?P<name>{_HAN}{{1,2}})")
_TWICE: Final = re.compile(f"(?P<one>{_HAN})(?P=one)")
_LATIN: Final = re.compile("[A-Z][a-z]{2,11}")
_FULL: Final = re.compile(f"{_HAN}{{2,4}}")
_REMARK: Final = re.compile("[（(【\\[].*?[】\\])）]")
_NOISE: Final = re.compile("[^\u4e00-\u9fffA-Za-z]+")
_NO_NAMES: Final = frozenset(
    {"小时", "小米", "小费", "小计", "小段", "小单", "小曲", "老文", "老平", "平平", "明明", "成成", "光光"}
)
_SHOP: Final = re.compile(
    "[店铺厂]|商[城行家]|商贸|批发|代理|代购|专卖|旗舰|直营|官方|客服|公司|工作室|团购|货源|微商|招|加盟|装修|建材|服装"
    "|美容|护肤|诚信|特价|优惠|推广|保险|中介|房产|贷款|快递|物流|售后|外卖|超市|用户|匿名|测试"
)


def called(name: str, nickname: str = "", tags: Collection[str] = ()) -> str:
    """王女士, 王姐, 小王, 丽丽, Amy; empty if the shop knows nothing that sounds natural. Never raises.

    name: as the seller or an order has it. tags: the customer's; the sex counts only if exactly one is said.
    """
    known, own = _bare(name), _bare(nickname)
    ways = (
        _as_addressed(known),
        _with_title(surname(known), tags),
        _as_addressed(own),
        _with_title(_certain_surname(own), tags),
        _given_name(own),
        _latin(known),
        own.capitalize() if own.lower() in _ENGLISH else "",
    )
    return next((found for found in ways if found), "")


def greeting(customer: Customer) -> str:
    """For {name} at the beginning of a sentence: 王女士， with its comma, or nothing."""
    found = called(customer.name, customer.nickname, [tag.name for tag in customer.tags])
    return f"{found}，" if found else ""


def is_elder(tags: Collection[str], age: int | None = None) -> bool:
    """Whether they should get the plain, short variant (PRACTICES 49): by a tag or by years."""
    return not ELDERS.isdisjoint(tags) or (age is not None and age >= OLD)


def variants_for(elder: bool, usual: Sequence[str], plain: Sequence[str]) -> Sequence[str]:
    """The plain variants for elders, if there are any; else the usual ones."""
    return plain if elder and plain else usual


def surname(name: str) -> str:
    """欧阳 of 欧阳娜娜, 王 of 王小丽; empty if it is no Chinese name of two to four characters."""
    if not _FULL.fullmatch(name) or _SHOP.search(name):
        return ""
    if name[:2] in COMPOUND:
        return name[:2]
    return name[0] if name[0] in SURNAMES and len(name) < 4 else ""


def _certain_surname(nickname: str) -> str:
    """That of a nickname which can hardly be anything but a name: 王小丽, not 白云 or 安静."""
    family = surname(nickname)
    certain = family in COMPOUND or (family in _COMMON and nickname[-1] in _GIVEN)
    return family if certain else ""


def _bare(written: str) -> str:
    """Without remarks, emoji and signs: 🌸王姐🌸, 张丽（老客）; empty if more than one word is left."""
    text = _REMARK.sub("", unicodedata.normalize("NFKC", written))
    words = [word for word in _NOISE.split(text) if word]
    return words[0] if len(words) == 1 and not any(char.isdigit() for char in text) else ""


def _as_addressed(name: str) -> str:
    """王姐, 李女士, 小王, 小芳, 阿芳: already what one says."""
    if name in _NO_NAMES or _SHOP.search(name):
        return ""
    titled, familiar = _TITLED.fullmatch(name), _FAMILIAR.fullmatch(name)
    if titled and (_is_name(titled["name"]) or surname(titled["name"])):
        return name
    return name if familiar and _is_familiar(familiar) else ""


def _is_name(name: str) -> bool:
    """王, 欧阳, 丽, 小王 before a title; 空 and 大 are nobody."""
    familiar = _FAMILIAR.fullmatch(name)
    return name in SURNAMES | COMPOUND | _GIVEN or bool(familiar and _is_familiar(familiar))


def _is_familiar(match: re.Match[str]) -> bool:
    name = match["name"]
    return name in SURNAMES | COMPOUND or (match["kind"] != "老" and name in _GIVEN)


def _with_title(family: str, tags: Collection[str]) -> str:
    female, male = not FEMALE.isdisjoint(tags), not MALE.isdisjoint(tags)
    if not family or female == male:  # unknown, or both are said
        return ""
    return family + ("女士" if female else "先生")


def _given_name(nickname: str) -> str:
    """丽丽: what a person calls herself; 多多 and 豆豆 may be a dog."""
    twice = _TWICE.fullmatch(nickname)
    return nickname if twice and twice["one"] in _GIVEN and nickname not in _NO_NAMES else ""


def _latin(name: str) -> str:
    """Maria, where the seller or an order says so."""
    return name if _LATIN.fullmatch(name) else ""
