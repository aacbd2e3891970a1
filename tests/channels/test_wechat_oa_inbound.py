"""Bodies as messages and events, kept whole; hostile ones as 400 and nothing else (CHANNELS §1.4, §1.5)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.base import BadCallback
from bot.channels.wechat_oa.inbound import parse
from bot.core.events import BuyerEvent, BuyerMessage, Happening, MessageKind
from tests.channels.wechat_oa_shop import OPENID, ORIGINAL_ID, an_account
from tests.fakes.wechat_wire import push_xml

ACCOUNT = an_account()
CREATED = 1348831860
AT = datetime.fromtimestamp(CREATED, UTC)


def body(**fields: object) -> bytes:
    envelope = {"ToUserName": ORIGINAL_ID, "FromUserName": OPENID, "CreateTime": CREATED}
    return push_xml({**envelope, **fields}).encode()


def a_message(kind: str, **fields: object) -> BuyerMessage:
    read = parse(body(MsgType=kind, **fields, MsgId=1234567890123456), ACCOUNT)
    assert isinstance(read, BuyerMessage)
    return read


def an_event(event: str, **fields: object) -> BuyerEvent:
    read = parse(body(MsgType="event", Event=event, **fields), ACCOUNT)
    assert isinstance(read, BuyerEvent)
    return read


def test_text() -> None:
    expected = BuyerMessage("oa", OPENID, "1234567890123456", AT, MessageKind.TEXT, "在吗", {})
    assert a_message("text", Content="在吗") == expected


@pytest.mark.parametrize(
    "said",
    [
        "",
        "  前后有空格  ",
        "第一行\n第二行",
        "a]]>b",
        "<!DOCTYPE html>",
        "&amp;<b>",
        "😀👨‍👩‍👧",
        "\ufeff",
        "х" * 5000,
    ],
)
def test_text_is_kept_unchanged(said: str) -> None:
    assert a_message("text", Content=said).text == said


def test_text_without_content() -> None:
    assert a_message("text").text == ""


def test_menu_tap_and_article_fields_are_kept() -> None:
    tap = a_message("text", Content="满意", bizmsgmenuid=101, MsgDataId="d", Idx="1")
    assert (tap.text, tap.payload) == ("满意", {"bizmsgmenuid": "101", "MsgDataId": "d", "Idx": "1"})


@pytest.mark.parametrize(
    ("wire", "kind", "fields"),
    [
        ("image", MessageKind.IMAGE, {"PicUrl": "http://p/1?a=1&b=2", "MediaId": "M"}),
        ("voice", MessageKind.VOICE, {"MediaId": "M", "Format": "amr", "MediaId16K": "N"}),
        ("video", MessageKind.VIDEO, {"MediaId": "M", "ThumbMediaId": "T"}),
        ("shortvideo", MessageKind.VIDEO, {"MediaId": "M", "ThumbMediaId": "T"}),
        (
            "location",
            MessageKind.LOCATION,
            {"Location_X": "23.137466", "Location_Y": "113.352425", "Scale": "20", "Label": "广州"},
        ),
        ("link", MessageKind.LINK, {"Title": "面霜", "Description": "好用", "Url": "https://x/?a=1&b=2"}),
        ("file", MessageKind.FILE, {"Title": "a.pdf", "FileKey": "K", "FileTotalLen": "12"}),
    ],
)
def test_media_keep_their_fields(wire: str, kind: MessageKind, fields: dict[str, object]) -> None:
    message = a_message(wire, **fields)
    assert (message.kind, message.text, message.payload) == (kind, "", fields)


def test_voice_with_recognition() -> None:
    voice = a_message("voice", MediaId="M", Format="amr", Recognition="面霜多少钱")
    assert (voice.text, voice.payload) == ("面霜多少钱", {"MediaId": "M", "Format": "amr"})


def test_unknown_kinds_survive() -> None:
    message = a_message("hologram", Shape={"Point": ["1", "2"]}, Content="喂")
    assert (message.kind, message.text) == (MessageKind.UNKNOWN, "喂")
    assert message.payload == {"MsgType": "hologram", "Shape": {"Point": ["1", "2"]}, "Content": "喂"}


def test_a_message_without_an_id_gets_one_that_a_repeat_gets_too() -> None:
    first, again, other = (parse(body(MsgType="hologram", A=a), ACCOUNT) for a in ("1", "1", "2"))
    assert first.message_id == again.message_id != other.message_id


def test_pretty_printed_xml() -> None:
    pretty = body(MsgType="event", Event="scancode_push", EventKey="k", ScanCodeInfo={"ScanResult": "1"})
    read = parse(re.sub(rb"(<xml>|<ScanCodeInfo>|</\w+>)", rb"\1\n  ", pretty), ACCOUNT)
    assert isinstance(read, BuyerEvent)
    assert read.detail == {"event": "scancode_push", "key": "k", "scanned": {"ScanResult": "1"}}


@pytest.mark.parametrize(
    "prefix", ["", "\ufeff", '<?xml version="1.0" encoding="UTF-8"?>\n', "<?xml version='1.0'?>"]
)
def test_prologues(prefix: str) -> None:
    assert parse(prefix.encode() + body(MsgType="text", Content="在吗", MsgId=1), ACCOUNT).message_id == "1"


@pytest.mark.parametrize(
    ("event", "fields", "happening", "detail"),
    [
        ("subscribe", {"EventKey": ""}, Happening.SUBSCRIBE, {"scene": "", "ticket": "", "key": ""}),
        ("subscribe", {}, Happening.SUBSCRIBE, {"scene": "", "ticket": "", "key": ""}),
        (
            "subscribe",
            {"EventKey": "qrscene_123", "Ticket": "T"},
            Happening.SUBSCRIBE,
            {"scene": "123", "ticket": "T", "key": "qrscene_123"},
        ),
        (
            "subscribe",
            {"EventKey": "last_trade_no_42"},
            Happening.SUBSCRIBE,
            {"scene": "", "ticket": "", "key": "last_trade_no_42"},
        ),
        ("unsubscribe", {"EventKey": ""}, Happening.UNSUBSCRIBE, {}),
        ("CLICK", {"EventKey": "ORDERS"}, Happening.CLICK, {"key": "ORDERS"}),
        ("SCAN", {"EventKey": "123", "Ticket": "T"}, Happening.SCAN, {"scene": "123", "ticket": "T"}),
        (
            "scancode_waitmsg",
            {"EventKey": "6", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "SF1"}},
            Happening.CLICK,
            {"key": "6", "scanned": {"ScanType": "qrcode", "ScanResult": "SF1"}},
        ),
        (
            "VIEW",
            {"EventKey": "https://x/?a=1&b=2", "MenuId": "M"},
            Happening.OTHER,
            {"EventKey": "https://x/?a=1&b=2", "MenuId": "M"},
        ),
        (
            "LOCATION",
            {"Latitude": "23.1", "Longitude": "113.3", "Precision": "119.3"},
            Happening.OTHER,
            {"Latitude": "23.1", "Longitude": "113.3", "Precision": "119.3"},
        ),
        ("invented_tomorrow", {"A": {"B": "1"}}, Happening.OTHER, {"A": {"B": "1"}}),
        (
            "TEMPLATESENDJOBFINISH",
            {"MsgID": 200228332, "Status": "success"},
            Happening.DELIVERY,
            {"platform_id": "200228332", "ok": True, "reason": "success"},
        ),
        (
            "TEMPLATESENDJOBFINISH",
            {"MsgID": 200228333, "Status": "failed:user block"},
            Happening.DELIVERY,
            {"platform_id": "200228333", "ok": False, "reason": "failed:user block"},
        ),
        (
            "MASSSENDJOBFINISH",
            {"MsgID": 1, "Status": "send success", "SentCount": 3},
            Happening.OTHER,
            {"MsgID": "1", "Status": "send success", "SentCount": "3"},
        ),
    ],
)
def test_events(event: str, fields: dict[str, object], happening: Happening, detail: dict[str, Any]) -> None:
    read = an_event(event, **fields)
    assert (read.happening, read.detail) == (happening, {"event": event, **detail})
    assert (read.account, read.external_id, read.at) == ("oa", OPENID, AT)


def _item(template: str, status: str) -> dict[str, object]:
    return {"TemplateId": template, "SubscribeStatusString": status, "PopupScene": "2"}


@pytest.mark.parametrize(
    ("event", "group", "listed", "grants"),
    [
        ("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", _item("A", "accept"), {"A": 1}),
        (
            "subscribe_msg_popup_event",
            "SubscribeMsgPopupEvent",
            [_item("A", "accept"), _item("B", "reject"), _item("A", "accept")],
            {"A": 2, "B": 0},
        ),
        ("subscribe_msg_change_event", "SubscribeMsgChangeEvent", _item("A", "reject"), {"A": 0}),
        (
            "subscribe_msg_sent_event",
            "SubscribeMsgSentEvent",
            {"TemplateId": "A", "MsgID": "1", "ErrorCode": "0", "ErrorStatus": "success"},
            {"A": -1},
        ),
    ],
)
def test_consent(event: str, group: str, listed: object, grants: dict[str, int]) -> None:
    read = an_event(event, **{group: {"List": listed}})
    assert (read.happening, read.detail["grants"]) == (Happening.CONSENT, grants)


def test_consent_without_list_and_with_nonsense() -> None:
    assert an_event("subscribe_msg_popup_event").detail["grants"] == {}
    with pytest.raises(BadCallback):
        an_event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": "x"})


@pytest.mark.parametrize("event", ["user_authorization_revoke", "user_authorization_cancellation"])
def test_privacy_revoked_names_the_person(event: str) -> None:
    read = an_event(event, OpenID="o_the_person", AppID="wx", RevokeInfo="301")
    assert (read.happening, read.external_id) == (Happening.PRIVACY_REVOKED, "o_the_person")
    assert read.detail["RevokeInfo"] == "301"
    assert an_event(event).external_id == OPENID


def test_event_ids() -> None:
    assert an_event("CLICK", EventKey="ORDERS").message_id == f"{OPENID}:{CREATED}:CLICK:ORDERS"
    assert an_event("subscribe").message_id == f"{OPENID}:{CREATED}:subscribe:"
    long = an_event("VIEW", EventKey="https://x/" + "y" * 500).message_id
    assert len(long) <= 200 and long != an_event("VIEW", EventKey="https://x/" + "z" * 500).message_id
    receipts = {an_event("TEMPLATESENDJOBFINISH", MsgID=n, Status="success").message_id for n in (1, 2)}
    assert len(receipts) == 2
    assert len(a_message("text", Content="x").message_id) == 16
    assert len(parse(body(MsgType="text", MsgId="9" * 300), ACCOUNT).message_id) <= 200


GOOD = body(MsgType="text", Content="在吗", MsgId=1)


def without(name: str) -> bytes:
    fields: dict[str, object] = {
        "ToUserName": ORIGINAL_ID,
        "FromUserName": OPENID,
        "CreateTime": CREATED,
        "MsgType": "text",
        "MsgId": 1,
    }
    return push_xml({k: v for k, v in fields.items() if k != name}).encode()


HOSTILE = {
    "empty": b"",
    "not xml": b"hello",
    "json": b'{"ToUserName": "gh_97417a04a28d"}',
    "another root": GOOD.replace(b"<xml>", b"<html>").replace(b"</xml>", b"</html>"),
    "a root that begins with xml": GOOD.replace(b"xml>", b"xmlx>"),
    "text only": b"<xml>hello</xml>",
    "empty root": b"<xml></xml>",
    "self-closed": b"<xml/>",
    "cut off": GOOD[:-10],
    "two roots": GOOD + GOOD,
    "doctype": b"<!DOCTYPE xml>" + GOOD,
    "entity": b'<!DOCTYPE xml [<!ENTITY a "b">]>' + GOOD.replace("在吗".encode(), b"&a;"),
    "entity bomb": b'<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + GOOD,
    "external entity": b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + GOOD,
    "undeclared entity": GOOD.replace(b"<![CDATA[text]]>", b"&text;"),
    "comment before the root": b"<!-- x -->" + GOOD,
    "gbk declared": b'<?xml version="1.0" encoding="gbk"?>' + GOOD,
    "utf-16 declared": b"<?xml version='1.0' encoding='utf-16'?>" + GOOD,
    "gbk": GOOD.decode().encode("gbk"),
    "utf-16": GOOD.decode().encode("utf-16"),
    "bytes that are no text": GOOD.replace("在".encode(), b"\xff\xfe"),
    "overlong": GOOD.replace("在".encode(), b"\xc0\xaf"),
    "lone surrogate bytes": GOOD.replace("在".encode(), b"\xed\xa0\x80"),
    "lone surrogate reference": GOOD.replace(b"<![CDATA[text]]>", b"&#xD800;text"),
    "nul": GOOD.replace("在".encode(), b"\x00"),
    "nul reference": GOOD.replace(b"<MsgId>1", b"<MsgId>&#0;1"),
    "control": GOOD.replace("在".encode(), b"\x01"),
    "nested content": body(MsgType="text", Content={"a": "b"}, MsgId=1),
    "content twice": body(MsgType="text", Content=["a", "b"], MsgId=1),
    "sender twice": GOOD.replace(b"<CreateTime>", b"<FromUserName>x</FromUserName><CreateTime>"),
    "for another account": GOOD.replace(ORIGINAL_ID.encode(), b"gh_somebody_else"),
    "for nobody": without("ToUserName"),
    "no sender": without("FromUserName"),
    "no time": without("CreateTime"),
    "no type": without("MsgType"),
    "no event": body(MsgType="event"),
    "sender with spaces": GOOD.replace(OPENID.encode(), b"o x"),
    "sender without end": GOOD.replace(OPENID.encode(), b"o" * 1000),
    "too deep": body(MsgType="hologram", A=b"")
    .replace(b"<A>", b"<A>" + b"<a>" * 20000)
    .replace(b"</A>", b"</a>" * 20000 + b"</A>"),
    **{
        f"time {created}": GOOD.replace(str(CREATED).encode(), created.encode())
        for created in (
            "0",
            "-1",
            "1e9",
            "soon",
            "1_000",
            "１７１４",
            "4102444800",
            "9" * 400,
            "1714112445.5",
        )
    },
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bodies(hostile: bytes) -> None:
    with pytest.raises(BadCallback) as bad:
        parse(hostile, ACCOUNT)
    assert bad.value.status == 400
    assert "在吗" not in str(bad.value)


def _parsed(data: bytes) -> BuyerMessage | BuyerEvent | None:
    try:
        return parse(data, ACCOUNT)
    except BadCallback as bad:
        assert bad.status == 400
        return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for k, v in value.items():
            yield k
            yield from _texts(v)
    elif isinstance(value, list):
        for v in value:
            yield from _texts(v)


def _is_sound(event: BuyerMessage | BuyerEvent | None) -> None:
    if event is None:
        return
    kept = event.payload if isinstance(event, BuyerMessage) else event.detail
    texts = [event.external_id, event.message_id, *_texts(copy.deepcopy(dict(kept)))]
    assert all("\x00" not in t and t == t.encode().decode() for t in texts)
    assert 0 < len(event.message_id) <= 200


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
def test_any_bytes(data: bytes) -> None:
    _is_sound(_parsed(data))


@given(st.data())
def test_any_change_of_a_good_body(data: st.DataObject) -> None:
    mutated = bytearray(body(MsgType="event", Event="SCAN", EventKey="1", Ticket="T", X={"Y": ["1", "2"]}))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(mutated)))
        end = data.draw(st.integers(start, min(len(mutated), start + 20)))
        mutated[start:end] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"<", b"]]>", b"&", b"</xml>"])
        )
    _is_sound(_parsed(bytes(mutated)))


_names = st.sampled_from(["MsgType", "Event", "EventKey", "Content", "MsgId", "MsgID", "OpenID", "List", "A"])
_events = st.sampled_from(["event", "text", "voice", "subscribe", "CLICK", "subscribe_msg_popup_event"])
_values = st.recursive(
    _events
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_names, _values, max_size=6))
def test_any_well_formed_fields(fields: dict[str, Any]) -> None:
    fields.setdefault("SubscribeMsgPopupEvent", fields.get("A", ""))
    _is_sound(_parsed(body(**fields)))
