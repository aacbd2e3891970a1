"""People in a text: to whom a parcel goes, and who sent the buyer here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from handlers.understanding.entities.kinds import Found, Recipient, Referrer

_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|尉迟|皇甫|慕容|令狐|司徒|夏侯|东方|公孙|端木|"
    "[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅卞齐康伍余元卜顾孟平黄和穆萧尹姚邵汪祁毛禹狄米贝明臧计伏成戴谈宋庞熊纪舒屈项祝"
    "董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房解应宗丁宣邓单洪包左石崔吉龚程邢裴陆荣翁"
    "荀甄曲封储靳段焦巴侯宁仇甘厉祖武符刘景詹龙叶幸司黎薄白蒲赖卓蔺屠蒙池乔阴闻翟谭申冉牛边尚农温庄晏柴瞿阎连习艾容向古易廖耿"
    "匡寇广聂关曾沙丰游岳覃蓬肖涂覃冼邝褟])"
)
_TITLE = "(?:姐|哥|总|嫂|婶|姨|叔|老师|阿姨|大姐|大哥|女士|先生|小姐|经理|医生|妹|弟|老板|太太|奶奶|爷爷)"
_NAME = (
    f"(?:{_SURNAME}{_TITLE}|[小老阿]{_SURNAME}|[小阿][\u4e00-\u9fff]{_TITLE}?"
    f"|{_SURNAME}[\u4e00-\u9fff]{{1,2}}{_TITLE}?)"
)
_NO_NAMES_LIST = """
老板 老师 小编 小二 小店 小程 小哥 小妹 小伙 老客 老家 老是 小心 方便 任何 时候 谢谢
简单 安排 高兴 明天 明白 常用 时间 于是 万一 全部 强烈 平台 平时 应该 马上 江湖 成分
花了 金额 水乳 白色 乐意 广告 和你 单号 单独 连续 容易 向你 解释 计划 强力 明星 阿姨
阿里 小红 小伙伴 小视频 小程序 小时 小朋友 包邮 包裹 费用 关注 温柔 高端 游戏 丰富
方式 成功 常常 直播 老顾客 老客户 老婆 老公 老人 老妈 老爸 小姨 小孩 小姐 小姐姐 万能
封面 元宝 平安 安全 支持 支付 项目 管理 符合 段时间 路上 向日葵 白天 易碎
"""
_NO_NAMES = frozenset(_NO_NAMES_LIST.split())
_RELATION = (
    "(?:朋友|同事|闺蜜|同学|邻居|亲戚|室友|姐妹|兄弟|老乡|同行|战友|老公|老婆|妈妈|爸爸|姐姐"
    "|妹妹|哥哥|弟弟|嫂子|阿姨|婆婆|表姐|表妹|堂姐)"
)
_SENT = (
    "(?:给我?)?(?:介绍|推荐|推)(?:给我|我|过来|过)?(?:来|的|到|加|过来|找|买)|(?:让|叫|喊|拉|带)我(?:来|过来|加|找)"
    "|(?:把你|把您)?(?:介绍|推荐|推)给我|介绍我|推荐我|那(?:里|儿|边)(?:知道|听说)"
)
_SENDER = re.compile(
    f"(?:(?<![\u4e00-\u9fff])|(?<=[是由经听被我的过友事]))(?:我?的?(?P<rel>{_RELATION}))?(?P<name>{_NAME})?(?={_SENT})"
)
_LABEL = re.compile(
    "(?:收件人|收货人|联系人|姓名|名字)[:是 ]{0,2}([\u4e00-\u9fff·]{2,6}|[a-z]{2,12})(?![\u4e00-\u9fff])"
)
_LABELS = re.compile("(?:联系|收货|收件)?(?:电话|手机|方式|地址)号?码?[:是]?$|[ ,;:、/]+$")
_WHOLE_NAME = re.compile(f"(?:{_NAME})")
_TAIL = re.compile("收$")
_NO_NAME = re.compile("^(?:谢谢|麻烦)|[吗呢吧了的么啊呀不]|^包")
_RUN_BEFORE = re.compile("[\u4e00-\u9fff]*$")
_RUN_BEHIND = re.compile("[ ,;:、/]{0,2}([\u4e00-\u9fff]{2,5})(?![\u4e00-\u9fffa-z0-9])")


def referrers(text: str) -> Iterator[Referrer]:
    """张三介绍的, 朋友小李推荐来的, 是王姐让我来的; not 抖音推荐的, nor 客服推荐的."""
    for match in _SENDER.finditer(text):
        name, relation = match["name"] or "", match["rel"] or ""
        if (not name and not relation) or name in _NO_NAMES:
            continue
        yield Referrer(match[0], *match.span(), name, relation)


def recipients(text: str, phones: Sequence[Found], addresses: Sequence[Found]) -> Iterator[Recipient]:
    """The name in a block of name, phone and address, in any order; only where both others are."""
    if not phones or not addresses:
        return
    if label := _LABEL.search(text):
        yield Recipient(label[1], *label.span(1), label[1])
        return
    edges = [*phones, *addresses]
    for found in edges:
        if name := _before(text, found.start) or _behind(text, found.end):
            yield name
            return


def _before(text: str, end: int) -> Recipient | None:
    while label := _LABELS.search(text, max(0, end - 8), end):
        end = label.start()
    run = _RUN_BEFORE.search(text, max(0, end - 6), end)
    return _named(run[0], run.start()) if run else None


def _behind(text: str, start: int) -> Recipient | None:
    run = _RUN_BEHIND.match(text, start)
    return _named(run[1], run.start(1)) if run else None


def _named(run: str, start: int) -> Recipient | None:
    name = _TAIL.sub("", run)
    if not _WHOLE_NAME.fullmatch(name) or name in _NO_NAMES or _NO_NAME.search(name):
        return None
    return Recipient(name, start, start + len(name), name)
