"""What may stand in a text of each kind: every word of the tables by its own examples, and whole texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.service_settings import ComplaintTexts, ConsultationTexts
from bot.core.settings import Texts
from handlers.content import (
    Fault,
    Rule,
    TextKind,
    advertising,
    explained,
    faults,
    manners,
    marked,
    medicine,
    segments,
    selling,
)
from handlers.content.sms import filled, fits
from handlers.content.words import Table, Word, hits, levelled
from tests.handlers.shop import SHOP

K, R = TextKind, Rule
TABLES = [
    table
    for module in (advertising, manners, medicine, selling)
    for table in vars(module).values()
    if isinstance(table, Table)
]
HITS = [(word, text) for table in TABLES for word in table.words for text in word.hits]
MISSES = [(word, text) for table in TABLES for word in table.words for text in word.misses]
OUT = "回复 退订 就不再发"


def rules(text: str, kind: TextKind, **more: object) -> list[str]:
    return [fault.rule.name for fault in faults(text, kind, **more)]  # type: ignore[arg-type]


def test_the_tables_are_tried_at_length() -> None:
    assert len(HITS) > 200 and len(MISSES) > 150
    assert all(word.hits for table in TABLES for word in table.words)


@pytest.mark.parametrize(("word", "text"), HITS, ids=[text for _, text in HITS])
def test_found(word: Word, text: str) -> None:
    assert list(hits(word, levelled(text)))


@pytest.mark.parametrize(("word", "text"), MISSES, ids=[text for _, text in MISSES])
def test_harmless(word: Word, text: str) -> None:
    assert [text[a:b] for a, b in hits(word, levelled(text))] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (K.FESTIVAL, "{name}中秋快乐，月圆人团圆。"),
        (K.FESTIVAL, "春节快乐！愿您新的一年平安健康，红包拿到手软。"),
        (K.FESTIVAL, "端午安康，粽子别吃太急。"),
        (K.FESTIVAL, "{name}妇女节快乐，今天多疼自己一点。"),
        (K.SEASON, "立秋了，早晚凉，出门带件外套。"),
        (K.SEASON, "小雪到了，空气干，睡前多抹一层面霜，房里放杯水。"),
        (K.SEASON, "雨水时节潮，毛巾用完对折晾开，别闷着。"),
        (K.SEASON, "惊蛰了，有空活动活动筋骨，早上新鲜空气好。"),
        (K.SEASON, "大暑天热，第一口别喝冰的，最好先喝点温水。"),
        (K.BIRTHDAY, "{name}生日快乐，愿新的一岁平安顺心。"),
        (K.BIRTHDAY, "今天是您的生日，愿您收到好多祝福。"),
        (K.MISSING, "{name}上次您说喜欢玫瑰味，一直记得。天冷了，注意保暖。"),
        (K.MISSING, "好久没见您了。去年冬天您说手容易裂，今年记得戴手套。"),
        (K.CARE, "面霜黄豆大一点就够，脖子别漏。第一次用先在耳后试试。"),
        (K.CARE, "过敏就停用，正在治疗的话先问医生。"),
        (K.CARE, "{name}谢谢您介绍朋友来，下一单给您包邮。"),
        (K.REMIND, "面霜大概还能用一周，要补回 1 就行，129元一瓶。"),
        (K.COUPON, f"下个月您生日，{{shop}}送您一张50元券，{OUT}。"),
        (K.PROMO, f"{{shop}}上新了，老客八折到周日。{OUT}"),
        (K.PROMO, f"小美护肤双11，满200减30。{OUT}"),
        (K.PROMO, "小美护肤上新。不想收，退订回复TD"),
        (K.NOTICE, "{goods}已经寄出：\n{courier} {tracking_no}"),
        (K.REPLY, "现在没有活动，129元一瓶，第二件半价的券要等店庆。"),
        (K.COMPLAINT, "瓶子碎了，非常抱歉给您添了麻烦，今天就补发一瓶。"),
        (K.COMPLAINT, "{problem}，对不起给您带来这么大的麻烦，我这就办。"),
        (K.COMPLAINT, "不是快递的问题，是我们没包好。赔您一张20元券。"),
    ],
)
def test_good_texts_pass(kind: TextKind, text: str) -> None:
    assert explained(faults(text, kind, shop="小美护肤")) == []


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (K.FESTIVAL, "中秋快乐，全场八折！", "SELLS"),
        (K.FESTIVAL, "中秋快乐，店里有活动", "SELLS"),
        (K.FESTIVAL, "国庆快乐，来抽奖吧", "SELLS"),
        (K.FESTIVAL, "元旦快乐，给您备了一份小礼物", "SELLS"),
        (K.FESTIVAL, "春节快乐，面霜129元", "SELLS"),
        (K.FESTIVAL, "端午安康，新品尝尝", "NEW_GOODS"),
        (K.FESTIVAL, "双11快乐", "SELLS"),
        (K.SEASON, "立秋新品上市，优惠多多", "NEW_GOODS NEW_GOODS SELLS"),
        (K.SEASON, "白露到，秋季新款到店", "NEW_GOODS"),
        (K.SEASON, "霜降了，快来抢购", "SELLS"),
        (K.BIRTHDAY, "生日快乐，送您一张50元券", "SELLS"),
        (K.BIRTHDAY, "生日快乐，今天下单包邮", "SELLS"),
        (K.BIRTHDAY, "生日快乐，凭此消息打8折", "SELLS"),
        (K.MISSING, "好久没来了，是出什么事了吗", "ASKS"),
        (K.MISSING, "最近怎么了", "ASKS"),
        (K.MISSING, "是不是对我们不满意", "ASKS"),
        (K.MISSING, "我们哪里做得不好您说", "ASKS"),
        (K.MISSING, "想您了，回来有优惠", "SELLS"),
        (K.CARE, "面霜怎么抹都行，现在下单八折", "SELLS SELLS"),
        (K.REMIND, "面霜快用完了，限时优惠", "SELLS SELLS"),
        (K.COMPLAINT, "请您谅解", "CANNED"),
        (K.COMPLAINT, "给您带来不便，敬请见谅", "CANNED CANNED"),
        (K.NOTICE, "发货晚一天，给您造成不便深表歉意", "CANNED CANNED"),
        (K.COMPLAINT, "非常抱歉给您造成困扰", "CANNED"),
        (K.COMPLAINT, "瓶子碎了，是快递的问题", "BLAME"),
        (K.COMPLAINT, "亲，瓶子碎了换一瓶", "BLAME"),
        (K.COMPLAINT, "瓶子碎了，马上换😊", "EMOJI"),
        (K.REPLY, "尊敬的客户您好", "FORM_LETTER"),
        (K.NOTICE, "您的订单编号为12的订单已由我司发出", "FORM_LETTER FORM_LETTER"),
        (K.REPLY, "这是全网第一的面霜", "LAW"),
        (K.REPLY, "绝对有效", "LAW"),
        (K.REPLY, "根治痘痘", "MEDICAL"),
        (K.CARE, "消炎祛痘，修复疤痕", "MEDICAL MEDICAL MEDICAL"),
        (K.NOTICE, "已签收，五星好评返3元", "PRAISE"),
        (K.PROMO, "小美护肤上新了", "NO_WAY_OUT"),
        (K.PROMO, f"上新了，{OUT}", "NO_SENDER"),
        (K.COUPON, "{shop}送您一张50元券", "NO_WAY_OUT"),
        (K.FESTIVAL, "新年快乐！！", "SHOUTING"),
        (K.FESTIVAL, "新年快乐！!！", "SHOUTING"),
        (K.FESTIVAL, "新年快乐🎉🎊", "EMOJI"),
        (K.FESTIVAL, "新年快乐[玫瑰][玫瑰]", "EMOJI"),
        (K.FESTIVAL, "新年好呢，想您哦", "PARTICLES"),
        (K.REPLY, "ＴＯＰ１", "LAW"),
    ],
)
def test_bad_texts_are_refused(kind: TextKind, text: str, expected: str) -> None:
    assert rules(text, kind, shop="小美护肤") == expected.split()


def test_one_text_is_one_kind() -> None:
    """Decided 3: what is refused in a greeting is at home in an activity's message."""
    text = f"小美护肤中秋活动，新品八折，{OUT}"
    assert faults(text, K.PROMO) == ()
    assert {f.rule for f in faults(text, K.FESTIVAL)} == {R.SELLS, R.NEW_GOODS}


def test_a_licence_allows_its_words() -> None:
    assert rules("美白面霜", K.REPLY) == ["MEDICAL"]
    assert rules("美白面霜", K.REPLY, licensed={"美白"}) == []
    assert rules("美白祛痘面霜", K.REPLY, licensed={"美白"}) == ["MEDICAL"]


def test_what_denies_nothing() -> None:
    assert rules("有没有优惠，看看就知道", K.FESTIVAL) == ["SELLS"]
    assert rules("特别优惠", K.FESTIVAL) == ["SELLS"]
    assert rules("不仅治疗痘痘", K.CARE) == ["MEDICAL"]
    assert rules("没有优惠，只有祝福", K.FESTIVAL) == []


def test_the_words_are_marked() -> None:
    text = "中秋快乐，全场八折，抽奖！！"
    assert marked(text, faults(text, K.FESTIVAL)) == (
        "中秋快乐，全场【八折】，【抽奖】【！！】\n"
        "“八折”“抽奖”：节日问候里不卖东西，要卖就另写一条活动消息\n"
        "“！！”：一排感叹号像喊话，留一个就够"
    )


def test_overlapping_words_are_marked_once() -> None:
    text = "是不是对我们不满？"
    (fault,) = faults(text, K.MISSING)
    assert (fault.start, fault.word) == (0, "是不是对我们不满")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("字" * 70, 1),
        ("字" * 71, 2),
        ("字" * 134, 2),
        ("字" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("a" * 69 + "字", 1),
        ("a" * 70 + "字", 2),
        ("字" * 68 + "😊", 1),
        ("字" * 69 + "😊", 2),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


def test_one_segment_where_sms_is_meant() -> None:
    text = "字" * 75
    (fault,) = faults(text, K.CARE, sms_only=True)
    assert (fault.rule, fault.start, fault.end) == (R.LENGTH, 70, 75)
    assert faults(text, K.CARE) == ()
    assert rules("{name}" + "字" * 66, K.CARE, sms_only=True) == ["LENGTH"]
    assert rules("{name}" + "字" * 65, K.CARE, sms_only=True) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("好😊", 0),
        ("好👨‍👩‍👧", 0),  # one family
        ("好🇨🇳", 0),  # one flag
        ("好👍🏽", 0),
        ("好❤️", 0),
        ("好1️⃣", 0),
        ("好😊😊", 1),
        ("好😊[玫瑰]🎉", 2),
        ("第1步，第2步", 0),
        ("【小美】好", 0),
    ],
)
def test_emoji_are_counted_as_people_see_them(text: str, count: int) -> None:
    assert rules(text, K.CARE).count("EMOJI") == count


@pytest.mark.parametrize("text", ["好！", "好！谢谢！", "真的？", "好~", "这个呢，那件呢子大衣", "哦豁"])
def test_one_sign_is_friendly(text: str) -> None:
    assert rules(text, K.CARE) == []


def strings(value: object) -> Iterator[str]:
    """Every text in a dumped model."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | tuple | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def shipped() -> Iterator[tuple[TextKind, str]]:
    """Every text that stands in the program and in config.yaml."""
    for kind, model in (
        (K.REPLY, SHOP.texts),
        (K.REPLY, Texts()),
        (K.COMPLAINT, SHOP.complaints.texts),
        (K.COMPLAINT, ComplaintTexts()),
        (K.CARE, SHOP.consultations.texts),
        (K.CARE, ConsultationTexts()),
        (K.COMPLAINT, SHOP.promises),
    ):
        yield from ((kind, text) for text in strings(model.model_dump()))
    yield from ((K.REPLY, faq.answer) for faq in SHOP.faq)
    yield from ((K.CARE, text) for p in SHOP.products for text in (p.about, p.usage, p.care))


def test_shipped_texts_pass() -> None:
    texts = list(shipped())
    assert len(texts) > 100
    assert [marked(text, found) for kind, text in texts if (found := faults(text, kind))] == []


PIECES = [
    *"最第一绝对好的折优惠活动新品不没有{}！!~呢😊[玫瑰]\u200d\ufe0f\ud800\x00第1％ ，。",
    "{name}",
    "{",
    "抱歉给您造成",
    "谅解",
    "退订",
    "回复",
]
TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(TEXTS, st.sampled_from(TextKind), st.booleans())
def test_no_text_raises_and_every_fault_says_where_and_why(text: str, kind: TextKind, sms: bool) -> None:
    found = faults(text, kind, shop="小美", sms_only=sms)
    for fault in found:
        assert isinstance(fault, Fault) and fault.why and "{kind}" not in fault.why
        assert 0 <= fault.start <= fault.end <= len(text)
        assert fault.word == text[fault.start : fault.end]
    starts = [f.start for f in found if f.rule is not R.LENGTH]
    assert starts == sorted(starts)
    assert (
        marked(text, found)
        .replace("【", "")
        .replace("】", "")
        .startswith(text.replace("【", "").replace("】", ""))
    )
    assert bool(found) == bool(explained(found))


@given(TEXTS)
def test_length_is_measured_without_raising(text: str) -> None:
    assert segments(filled(text)) >= 1
    assert (segments(text) == 1) == (fits(text) == len(text))
    assert segments(text[: fits(text)]) == 1 or not text.isascii()
    assert len(levelled(text)) == len(text)
