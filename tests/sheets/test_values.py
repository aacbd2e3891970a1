"""Values levelled: phones, money, moments, birthdays, states, couriers, addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.customer import OrderStatus
from storage.sheets.moments import birthday, moment
from storage.sheets.order_words import courier_name, given_back, only_asked_for, order_status
from storage.sheets.values import (
    has_unread_waybill,
    hidden,
    money,
    phone,
    pieces,
    sent_back,
    waybills,
    whole_address,
    whole_number,
)
from tests.sheets.reading import ZONE


@pytest.mark.parametrize(
    ("text", "levelled"),
    [
        ("13812345678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("86-13812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("1.3812345678E10", "13812345678"),
        ("0571-87654321", "0571-87654321"),
        ("(0571)87654321", "0571-87654321"),
        ("057187654321转801", "0571-87654321-801"),
        ("4008123123", "4008123123"),
        ("13812345678/13912345678", "13812345678"),
        ("家里 13812345678", None),
        ("+852 5123 4567", "+85251234567"),
        ("138****1234", None),
        ("13812345678-1234", None),
        ("微信联系", None),
    ],
)
def test_phones(text: str, levelled: str | None) -> None:
    if text.startswith("家里"):
        with pytest.raises(ValueError, match="不像电话"):
            phone(text)
    else:
        assert phone(text) == levelled


@pytest.mark.parametrize("text", ["1381234567", "138123456789", "12345", "1.38E+10"])
def test_wrong_phones(text: str) -> None:
    with pytest.raises(ValueError, match=r"电话|科学计数"):
        phone(text)


@pytest.mark.parametrize(
    "text",
    ["2026/1/3 10:11", "2026-01-03 10:11:00", "2026年1月3日 10:11", "2026年1月3日10时11分", "2026.1.3 10:11:00", "202601031011",
     "20260103101100", "2026-01-03T10:11:00", "2026-01-03T02:11:00Z", "46025.424305555556", "1767406260", "1767406260000",
     "2026/1/3 上午10:11", "2026/1/3 10:11 AM", "2026-1-3 10:11:00.0", "２０２６／１／３ １０：１１"],
)  # fmt: skip
def test_moments(text: str) -> None:
    assert moment(text, ZONE) == datetime(2026, 1, 3, 10, 11, tzinfo=ZONE)


@pytest.mark.parametrize(
    "text", ["20260103", "2026-01-03", "2026年1月3日", "46025", "2026/1/3", "2026-01-03 00:00:00"]
)
def test_days(text: str) -> None:
    assert moment(text, ZONE) == datetime(2026, 1, 3, tzinfo=ZONE)


@pytest.mark.parametrize("text", ["昨天", "2026-13-01", "1/3/2026", "3", "2026", "2026-02-30 10:00"])
def test_no_moments(text: str) -> None:
    with pytest.raises(ValueError, match="看不懂"):
        moment(text, ZONE)


def test_blank_and_late_moments() -> None:
    assert moment("0000-00-00 00:00:00", ZONE) is None
    assert moment("2026/1/3 下午3:05", ZONE) == datetime(2026, 1, 3, 15, 5, tzinfo=ZONE)
    assert moment("2026/1/3 12:05 AM", ZONE) == datetime(2026, 1, 3, 0, 5, tzinfo=ZONE)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1)))  # noqa: DTZ001
def test_any_moment_in_any_form(at: datetime) -> None:
    at = at.replace(microsecond=0, tzinfo=ZONE)
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y%m%d%H%M%S"):
        assert moment(at.strftime(form), ZONE) == at
    serial = (at.replace(tzinfo=UTC) - datetime(1899, 12, 30, tzinfo=UTC)).total_seconds() / 86400
    assert moment(f"{serial:.10f}", ZONE) == at


@pytest.mark.parametrize(
    ("text", "levelled"),
    [
        ("1990-03-05", "1990-03-05"),
        ("1990/3/5 0:00", "1990-03-05"),
        ("90年3月5日", "1990-03-05"),
        ("19900305", "1990-03-05"),
        ("32937", "1990-03-05"),
        ("3月5日", "03-05"),
        ("03-05", "03-05"),
        ("3.5", "03-05"),
        ("2026-03-05", "03-05"),  # Excel's year, not the buyer's
        ("2月29日", "02-29"),
        ("三月五日", "03-05"),
        ("农历八月十五", "农历八月十五"),
        ("阴历8月15", "农历八月十五"),
        ("八月十五", "农历八月十五"),
        ("正月初三", "农历正月初三"),
        ("腊月三十", "农历十二月三十"),
        ("闰四月初三", "农历闰四月初三"),
        ("农历1990年8月15日", "1990年农历八月十五"),
        ("1990年农历冬月廿八", "1990年农历十一月廿八"),
        ("二月二十八", "农历二月廿八"),
        ("0000-00-00", None),
        ("1900-01-00", None),
    ],
)
def test_birthdays(text: str, levelled: str | None) -> None:
    assert birthday(text) == levelled
    if levelled:
        assert birthday(levelled) == levelled


def test_birthdays_under_a_lunar_header() -> None:
    assert birthday("8.15", lunar=True) == "农历八月十五"
    assert birthday("1990-08-15", lunar=True) == "1990年农历八月十五"


@pytest.mark.parametrize("text", ["13月5日", "2月30日", "春天", "农历8月31", "3.1"])
def test_no_birthdays(text: str) -> None:
    with pytest.raises(ValueError, match=r"看不懂|分不清"):
        birthday(text)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("等待买家付款", "created"),
        ("买家已付款，等待卖家发货", "paid"),
        ("卖家已发货，等待买家确认", "shipped"),
        ("交易成功", "signed"),
        ("交易关闭", "cancelled"),
        ("已发货，待签收", "shipped"),
        ("已签收", "signed"),
        ("未发货，退款成功", "refunded"),
        ("(删除)等待出库", "cancelled"),
        ("等待出库", "paid"),
        ("等待确认收货", "shipped"),
        ("完成", "signed"),
        ("待收货", "shipped"),
        ("待成团", "paid"),
        ("待评价", "signed"),
        ("待付款", "created"),
        ("已退款", "refunded"),
        ("退款中", None),
        ("锁定", None),
    ],
)
def test_states(text: str, status: str | None) -> None:
    assert order_status(text) == (OrderStatus(status) if status else None)


def test_after_sales() -> None:
    assert given_back("退款成功")
    assert not given_back("无售后或售后取消")
    assert not given_back("部分退款成功")
    for none in ("退款中", "买家已经申请退款，等待卖家同意", "退款关闭", "无退款申请", "部分退款中"):
        assert only_asked_for(none)
    for some in ("退款成功", "部分退款", "部分退款成功", "全额退款", ""):
        assert not only_asked_for(some)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("99.00", "99"), ("￥1,299.00", "1299"), ("-99", "99"), ("0.00", "0"), ("无退款申请", None)],
)
def test_what_went_back(text: str, amount: str | None) -> None:
    assert sent_back(text) == (Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    "text",
    ["No:75123456789012", "No：75123456789012", "NO:75123456789012", "No: 75123456789012", "no.75123456789012",
     "单号：75123456789012", "No:7.5123456789012E+13"],
)  # fmt: skip
def test_what_stands_before_a_tracking_number(text: str) -> None:
    assert waybills(text) == ("75123456789012",)
    assert not has_unread_waybill(text)


@pytest.mark.parametrize("text", ["No:7512", "YT1234567890123, 12", "7512****9012"])
def test_unread_tracking_numbers(text: str) -> None:
    assert has_unread_waybill(text) and not has_unread_waybill("无需物流")


@pytest.mark.parametrize(
    ("text", "name"),
    [("圆通速递", "圆通"), ("中通快递(ZTO)", "中通"), ("顺丰速运有限公司", "顺丰"), ("百世汇通", "百世"), ("EMS", "EMS"),
     ("邮政快递包裹", "邮政"), ("京东物流", "京东"), ("韵达快递", "韵达"), ("老张跑腿", "老张跑腿"), ("极兔速递", "极兔")],
)  # fmt: skip
def test_couriers(text: str, name: str) -> None:
    assert courier_name(text) == name


def test_small_values() -> None:
    assert money("119.80000000000001") == Decimal("119.80")
    assert money("￥1,299.00元") == Decimal("1299.00")
    assert [pieces(text) for text in ("2", "2.0", "×2", "2件", "x 3 瓶")] == [2, 2, 2, 2, 3]
    assert waybills("YT1234567890123, 773012345678901-1-2-") == ("YT1234567890123", "773012345678901")
    assert waybills("无需物流") is None
    assert whole_number("1.5E+1") == "15"
    assert [hidden(text) for text in ("张**", "张*", "138****1234", "##密文", "王姐", "2*3 室")] == [
        True
    ] * 4 + [False] * 2
    assert whole_address(["浙江省", "杭州市", "西湖区"], "杭州市西湖区文三路") == "浙江省杭州市西湖区文三路"
    for wrong in ("0", "-1", "2.5", "两"):
        with pytest.raises(ValueError, match="不是件数"):
            pieces(wrong)


@given(st.text(max_size=30))
def test_nothing_else_than_a_value_error(text: str) -> None:
    for level in (phone, money, pieces, waybills, birthday, lambda t: moment(t, ZONE)):
        try:
            level(text)
        except ValueError as wrong:
            assert str(wrong)
