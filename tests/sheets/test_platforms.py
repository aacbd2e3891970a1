"""Exports of each platform, with their true headers, import without configuration."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.customer import OrderStatus
from storage.sheets import ItemRecord, ParcelRecord, SheetKind
from tests.sheets.books import Minute, Number, book
from tests.sheets.reading import ZONE, csv_file, customer, cut, order, records, rejected

TAOBAO = cut(
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,"
    "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,"
    "宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,"
    "发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,是否上传合同照片,是否上传小票,是否代付,定金排名,修改后的sku,"
    "修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易"
)


def _taobao(**cells: str) -> list[str]:
    return [cells.get(header.strip(), "") for header in TAOBAO]


def test_taobao_export_in_gbk_with_its_wrapped_numbers(tmp_path: Path) -> None:
    rows = [
        _taobao(
            订单编号='="1930679858170647"',
            买家会员名="幸福花开88",
            买家应付货款="258.00",
            总金额="268.00",
            买家实际支付金额="248.00",
            订单状态="卖家已发货，等待买家确认",
            收货人姓名="马小花",
            收货地址="吉林省 通化市 柳河县 柳河镇紫御府 七号楼(135300)",
            联系手机="'18612345678",
            订单创建时间="2026-05-23 22:02:11",
            订单付款时间="2026/5/23 22:03",
            宝贝标题="玫瑰面霜 50ml",
            物流单号="No:YT1234567890123",
            物流公司="圆通速递",
            宝贝总数量="2",
            订单备注="老客，送小样",
        ),
        _taobao(
            订单编号='="1930679858170648"', 买家会员名="t**", 收货人姓名="张**", 联系手机="'138****1234",
            买家实际支付金额="0.00", 总金额="99.00", 订单状态="交易关闭", 宝贝标题="洁面乳", 宝贝总数量="1",
        ),
    ]  # fmt: skip
    first, second = map(order, records(csv_file(tmp_path / "ExportOrderList.csv", [TAOBAO, *rows], "gbk")))

    assert first.number == "1930679858170647"
    assert (first.customer.name, first.customer.nickname) == ("马小花", "幸福花开88")
    assert first.customer.phone == "18612345678"
    assert first.customer.address == "吉林省 通化市 柳河县 柳河镇紫御府 七号楼(135300)"
    assert first.total == Decimal("248.00")
    assert first.status is OrderStatus.SHIPPED
    assert first.created_at == datetime(2026, 5, 23, 22, 2, 11, tzinfo=ZONE)
    assert first.paid_at == datetime(2026, 5, 23, 22, 3, tzinfo=ZONE)
    assert first.items == (ItemRecord("玫瑰面霜 50ml", 2, Decimal("124.00")),)
    assert first.parcels == (ParcelRecord("圆通", "YT1234567890123"),)
    assert dict(first.extra) == {"买家应付货款": "258.00", "总金额": "268.00", "订单备注": "老客，送小样"}
    assert second.status is OrderStatus.CANCELLED
    assert second.customer.nobody == "“收货人姓名”“买家会员名”“联系手机”被平台打了码，认不出是谁"
    assert dict(second.extra)["联系手机"] == "138****1234"


def test_parcels_that_cannot_be_read_are_noted_and_kept(tmp_path: Path) -> None:
    row = {"订单编号": "1", "收货人姓名": "马小花", "物流公司": "中通快递"}
    cells = ("No:75123456789012", "No：75123456789012、7512", "No:7512", "无需物流")
    rows = [_taobao(**row | {"订单编号": str(n), "物流单号": text}) for n, text in enumerate(cells, 1)]
    found = [order(one) for one in records(csv_file(tmp_path / "a.csv", [TAOBAO, *rows]))]
    parcel = (ParcelRecord("中通", "75123456789012"),)
    assert [one.parcels for one in found] == [parcel, parcel, (), ()]
    assert [len(one.notes) for one in found] == [0, 1, 1, 0] and "物流单号" in found[1].notes[0]
    assert [dict(one.extra).get("物流单号") for one in found] == [None, *cells[1:]]


@pytest.mark.parametrize(
    ("lines", "refunded"),
    [
        (["198.00,99.00,"], "99"),
        (
            [
                "198.00,无退款申请,",
            ],
            None,
        ),
        (["198.00,,"], None),
        (["198.00,99.00,退款中"], None),
        (["198.00,99.00,部分退款成功"], "99"),
        (["198.00,50.00,", "198.00,50.00,"], "50"),
        (["98.00,50.00,", "100.00,50.00,"], "100"),
        (["198.00,50.00,", ",50.00,"], "100"),
        (["198.00,99.00,", "198.00,0.00,"], "99"),
    ],
)
def test_what_went_back_of_several_lines(tmp_path: Path, lines: list[str], refunded: str | None) -> None:
    headers = cut("订单号,收货人,商品,实付金额,退款金额,退款状态")
    rows = [["1", "马小花", f"货{n}", *cut(line)] for n, line in enumerate(lines)]
    (one,) = records(csv_file(tmp_path / "a.csv", [headers, *rows]))
    assert order(one).refunded == (Decimal(refunded) if refunded else None)


def test_a_refund_that_cannot_be_read_is_no_refund_of_nothing(tmp_path: Path) -> None:
    headers = cut("订单号,收货人,商品,实付金额,退款金额")
    (one,) = records(csv_file(tmp_path / "a.csv", [headers, cut("1,马小花,货,198,1.2.3")]))
    assert rejected(one).reason.startswith("“退款金额”")


def test_tmall_order_details_count_each_line(tmp_path: Path) -> None:
    headers = cut(
        "子订单编号,主订单编号,买家会员名,商品标题,商品价格,购买数量,买家应付货款,买家实付金额,订单状态,收货地址"
    )
    whole = "周强，86-13900000004，江苏省 扬州市 广陵区 文昌路1号"
    lines = [
        ["\t9101", "\t9100", "小周", "面霜", "60.00", "1", "50", "50.00", "买家已付款，等待卖家发货", whole],
        [
            "\t9102",
            "\t9100",
            "小周",
            "洁面乳",
            "60.00",
            "1",
            "50",
            "50.00",
            "买家已付款，等待卖家发货",
            whole,
        ],
    ]
    (one,) = records(csv_file(tmp_path / "宝贝.csv", [headers, *lines]))
    found = order(one)
    assert (found.number, found.total, found.status) == ("9100", Decimal(100), OrderStatus.PAID)
    assert [item.product for item in found.items] == ["面霜", "洁面乳"]
    assert (found.customer.name, found.customer.phone) == ("周强", "13900000004")
    assert found.customer.address == "江苏省 扬州市 广陵区 文昌路1号"
    assert dict(found.extra)["子订单编号"] == "9101；9102"


def test_youzan_orders(tmp_path: Path) -> None:
    headers = cut(
        "订单号,销售渠道,归属店铺,订单类型,订单状态,推广方式,订单来源,订单创建时间,买家付款时间,交易成功时间,付款方式,"
        "支付流水号,商品金额合计,运费,店铺优惠合计,应收订单金额,订单实付金额,支付优惠合计,订单实收金额,订单抵用积分数,"
        "店铺优惠方式,支付优惠方式,全部商品名称,商品种类数,订单配送方式,同城送达时间/提货时间,收货人省份,收货人城市,"
        "收货人地区,详细收货地址/提货地址,收货人/提货人,收货人手机号/提货人手机号,买家备注,订单星级,买家昵称,买家是否会员,"
        "买家手机号,下单网点,收银员,分销员,销售导购,专属导购,订单退款状态,订单已退款金额,商家订单备注,桌号,分销员"
    )
    cells = {
        "订单号": "E20260619100000012345678",
        "订单状态": "交易完成",
        "订单创建时间": "2026-06-19 10:00:00",
        "买家付款时间": "2026-06-19 10:01:00",
        "交易成功时间": "2026-06-25 10:02:00",
        "商品金额合计": "120.00",
        "应收订单金额": "110.00",
        "订单实付金额": "100.00",
        "全部商品名称": "草莓蛋糕",
        "收货人省份": "北京市",
        "收货人城市": "北京市",
        "收货人地区": "朝阳区",
        "详细收货地址/提货地址": "建国路1号",
        "收货人/提货人": "李雷",
        "收货人手机号/提货人手机号": "13800138000",
        "买家昵称": "雷雷",
        "买家手机号": "13900139000",
        "分销员": "小张",
    }
    (one,) = records(csv_file(tmp_path / "有赞.csv", [headers, [cells.get(h, "") for h in headers]]))
    found = order(one)
    assert (found.total, found.status) == (Decimal("100.00"), OrderStatus.SIGNED)
    assert found.signed_at == datetime(2026, 6, 25, 10, 2, tzinfo=ZONE)
    assert (found.customer.name, found.customer.phone) == ("李雷", "13800138000")
    assert found.customer.address == "北京市朝阳区建国路1号"
    assert dict(found.extra)["买家手机号"] == "13900139000"
    assert dict(found.extra)["分销员 (2)"] == "小张"


def test_youzan_customers(tmp_path: Path) -> None:
    headers = cut(
        "客户姓名,客户昵称,客户手机号,客户生日,客户性别,标签,是否会员,成长值,免费等级,付费等级,权益卡,客户积分,"
        "客户储值余额,消费次数,消费金额,累计退款金额,累计退款订单数,笔单价,上次消费时间,分销员,导购员,企微好友,来源渠道,"
        "来源方式,成为客户时间,成为会员时间,成为会员店铺,公众号,公众号关注时间,最近浏览时间,微信地域,所属区域,"
    )
    rows = [
        cut("Alice,小艾,13800138000,1990-01-01,女,生日蛋糕 老客,是,12,,, ,200,10.00,2,300.00"),
        cut(",沙拉,, ,其他,,否,2"),
        cut("Foo,,186******05,,其他,,否,1"),
        cut(",,186******05,,其他,,否,1"),
    ]
    one, two, three, four = records(csv_file(tmp_path / "客户.csv", [headers, *rows], "utf-8"))
    assert (customer(one).name, customer(one).phone, customer(one).birthday) == (
        "Alice",
        "13800138000",
        "1990-01-01",
    )
    assert customer(one).tags == ("生日蛋糕", "老客")
    assert dict(customer(one).extra)["客户积分"] == "200"
    assert customer(two).nickname == "沙拉"
    assert (customer(three).phone, dict(customer(three).extra)["客户手机号"]) == ("", "186******05")
    assert rejected(four).reason == "“客户手机号”被平台打了码，认不出是谁"


def test_weidian_orders(tmp_path: Path) -> None:
    headers = cut(
        "订单编号,订单状态,订单类型,下单时间,支付时间,商品名称,商品型号,商品ID,商品编码,商品件数,单品折扣后价格,商品原始单价,"
        "发货状态,退款状态,退款金额,运费退款,收件人/提货人姓名,收件人/提货人手机号,省,市,区,收货/提货详细地址,订单描述,"
        "买家留言,下单模板信息,备注,分销商店铺ID,下单账号,支付方式,快递公司,快递单号,订单实付金额"
    )
    cells = {
        "订单编号": Number("812345678901234"),
        "订单状态": "待发货",
        "下单时间": "2026-08-31 13:29:01",
        "支付时间": Minute("46265.5625"),
        "商品名称": "绘本(大号)",
        "商品件数": Number("2"),
        "单品折扣后价格": Number("59.9"),
        "商品原始单价": Number("69"),
        "收件人/提货人姓名": "韩梅梅",
        "收件人/提货人手机号": Number("1.3812345678E10"),
        "省": "广东省",
        "市": "广州市",
        "区": "天河区",
        "收货/提货详细地址": "广东省广州市天河区体育西路1号",
        "备注": "送书签",
        "下单账号": "13700000000",
        "订单实付金额": Number("119.80000000000001"),
    }
    (one,) = records(book(tmp_path / "微店.xlsx", [headers, [cells.get(h, "") for h in headers]]))
    found = order(one)
    assert found.number == "812345678901234"
    assert (found.total, found.status) == (Decimal("119.80"), OrderStatus.PAID)
    assert found.paid_at == datetime(2026, 8, 31, 13, 30, tzinfo=ZONE)
    assert found.items == (ItemRecord("绘本(大号)", 2, Decimal("59.90")),)
    assert (found.customer.phone, found.customer.address) == ("13812345678", "广东省广州市天河区体育西路1号")
    assert dict(found.extra)["备注"] == "送书签"


def test_pinduoduo_orders(tmp_path: Path) -> None:
    headers = cut(
        "商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),多多支付立减金额(元),用户实付金额(元),"
        "商家实收金额(元),商品数量(件),收货人,手机,省,市,区,街道,地址,支付时间,承诺发货时间,发货时间,确认收货时间,商品id,"
        "商品规格,样式ID,商家编码-规格维度,商家编码-商品维度,订单成交时间,商家备注,售后状态,快递单号,快递公司"
    )
    cells = {
        "商品": "玫瑰面霜",
        "订单号": "\t260519-123456789012345\t",
        "订单状态": "已发货，待签收",
        "商品总价(元)": "39.90",
        "用户实付金额(元)": "29.90",
        "商家实收金额(元)": "34.90",
        "商品数量(件)": "1",
        "收货人": "张三",
        "手机": "13912345678",
        "省": "浙江省",
        "市": "杭州市",
        "区": "西湖区",
        "街道": "文新街道",
        "地址": "文三路1号",
        "支付时间": "2026-05-19 10:00:05",
        "订单成交时间": "2026-05-19 10:00:00",
        "售后状态": "无售后或售后取消",
        "快递单号": "\t773012345678901\t",
        "快递公司": "申通快递",
    }
    given_back = cells | {"订单号": "260519-2", "订单状态": "未发货，退款成功", "售后状态": "退款成功"}
    rows = [[one.get(h, "") for h in headers] for one in (cells, given_back)]
    one, two = map(order, records(csv_file(tmp_path / "orders_export.csv", [headers, *rows])))
    assert one.number == "260519-123456789012345"
    assert (one.total, one.status) == (Decimal("29.90"), OrderStatus.SHIPPED)
    assert one.customer.address == "浙江省杭州市西湖区文新街道文三路1号"
    assert one.parcels == (ParcelRecord("申通", "773012345678901"),)
    assert dict(one.extra)["商家实收金额(元)"] == "34.90"
    assert two.status is OrderStatus.REFUNDED


def test_jd_orders_repeat_the_amount_in_each_line(tmp_path: Path) -> None:
    headers = cut(
        "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,"
        "下单帐号,客户姓名,客户地址,联系电话,订单备注,发票类型,发票抬头,发票内容,商家备注,商家备注等级（等级1-5为由高到低）,"
        "运费金额,付款确认时间,增值税发票,货号,订单完成时间,订单来源,订单渠道"
    )
    cells = {
        "订单号": "11729439936",
        "订购数量": "1",
        "下单时间": "2026-12-31 23:18:30",
        "订单金额": "500.00",
        "结算金额": "480.00",
        "应付金额": "450.00",
        "订单状态": "等待出库",
        "下单帐号": "rds3199358",
        "客户姓名": "王冬阳",
        "客户地址": "江西南昌市青山湖区昌东工业区1栋",
        "联系电话": "13767111772",
        "付款确认时间": "2026-12-31 23:20:30",
    }
    lines = [
        cells | {"商品名称": name, "京东价": price} for name, price in (("商品甲", "300"), ("商品乙", "200"))
    ]
    lines.append(
        cells | {"订单号": "11729439937", "商品名称": "丙", "京东价": "9", "订单状态": "(删除)等待出库"}
    )
    one, two = map(
        order,
        records(
            csv_file(
                tmp_path / "京东.csv", [headers, *([x.get(h, "") for h in headers] for x in lines)], "gb18030"
            )
        ),
    )
    assert (one.total, one.rows, one.status) == (Decimal("450.00"), (2, 3), OrderStatus.PAID)
    assert [(item.product, item.price) for item in one.items] == [
        ("商品甲", Decimal(300)),
        ("商品乙", Decimal(200)),
    ]
    assert (one.customer.name, one.customer.nickname) == ("王冬阳", "rds3199358")
    assert two.status is OrderStatus.CANCELLED


def test_wechat_shop_orders_with_merged_cells(tmp_path: Path) -> None:
    headers = cut(
        "订单号,订单下单时间,订单发货时间,订单确认收货时间,订单完成结算时间,订单状态,发货方式,收件人姓名,收件人地址,省,市,区,"
        "收件人手机,买家备注,商家备注,打标颜色,商品总价,订单实际支付金额,订单实际收款金额,订单运费,商品优惠,跨店优惠,商品改价,"
        "积分抵扣,支付方式,支付时间,交易单号,物流公司,快递单号,技术服务费,技术服务费（将以人气卡形式返还）,运费险预计投保费用,"
        "带货方式,带货账号类型,带货账号昵称,商品名称,商品编码(平台),商品编码(自定义),SKU编码(自定义),商品属性,商品价格(单件),"
        "商品实际价格(单件),商品实际价格(总共),是否预售,商品数量,商品平台券优惠,商品平均运费,商品发货,商品售后,商品已退款金额"
    )
    first = {
        "订单号": "3720192837465827328",
        "订单下单时间": "2026-06-07 15:00:00",
        "订单状态": "待收货",
        "收件人姓名": "赵敏",
        "收件人地址": "软件园二期1号",
        "省": "福建省",
        "市": "厦门市",
        "区": "思明区",
        "收件人手机": "13600000001",
        "订单实际支付金额": "169.00",
        "支付时间": "2026-06-07 15:01:00",
        "物流公司": "顺丰速运",
        "快递单号": "SF1234567890123",
        "商品名称": "洗面奶",
        "商品实际价格(单件)": "69.00",
        "商品数量": "1",
        "商品属性": "120g",
    }
    second = {"商品名称": "面霜", "商品实际价格(单件)": "100.00", "商品数量": "1", "商品属性": "50ml"}
    rows = [headers, *([one.get(h, "") for h in headers] for one in (first, second))]
    (one,) = records(book(tmp_path / "视频号.xlsx", rows, ["A2:A3", "B2:B3", "H2:H3", "R2:R3"]))
    found = order(one)
    assert (found.number, found.total) == ("3720192837465827328", Decimal("169.00"))
    assert [(item.product, item.price) for item in found.items] == [
        ("洗面奶", Decimal(69)),
        ("面霜", Decimal(100)),
    ]
    assert found.customer.address == "福建省厦门市思明区软件园二期1号"
    assert found.status is OrderStatus.SHIPPED
    assert dict(found.extra)["商品属性"] == "120g；50ml"


def test_douyin_orders(tmp_path: Path) -> None:
    headers = cut(
        "主订单编号,子订单编号,选购商品,商品规格,商品数量,商家编码,订单应付金额,运费,收件人,收件人手机号,详细地址,订单提交时间,订单状态"
    )
    row = [
        "\t6917926768823643751",
        "\t6917926768823643751",
        "\t辣丝丝",
        "\t1袋",
        "1",
        "",
        "28.90",
        "0",
        "##密文",
        "$$密文",
        "##密文",
        "2026-09-22 00:54:10",
        "已发货",
    ]
    (one,) = records(csv_file(tmp_path / "抖店.csv", [headers, row]))
    assert (order(one).number, order(one).total) == ("6917926768823643751", Decimal("28.90"))
    assert "打了码" in order(one).customer.nobody


def test_free_form_customers(tmp_path: Path) -> None:
    rows = [
        ["2026 年老客户名单", "", "", "", ""],
        ["", "", "", "", ""],
        [" 姓 名 ", "手机（必填）", "地址：", "*生日", "皮肤"],
        ["王姐", "+86 138-1234-5678", "杭州", "农历八月十五", "干皮"],
        ["李四", "0571-87654321/13900000000", "", "1990年3月5日", ""],
        ["赵五", "1381234567", "", "", ""],
        ["合计", "", "", "", "3"],
    ]
    path = csv_file(tmp_path / "名单.csv", rows, "utf-16", "\t")
    one, two, three, four = records(path)
    assert (customer(one).name, customer(one).phone, customer(one).birthday) == (
        "王姐",
        "13812345678",
        "农历八月十五",
    )
    assert customer(one).extra == (("皮肤", "干皮"),)
    assert (customer(two).phone, customer(two).birthday) == ("0571-87654321", "1990-03-05")
    assert rejected(three).row == 6
    assert rejected(three).reason == "“手机（必填）”：“1381234567”不像电话号码（例：13812345678）"
    assert rejected(four).reason == "合计行，不是客户"


def test_an_order_table_as_customers(tmp_path: Path) -> None:
    rows = [["订单号", "收货人", "手机", "金额"], ["A1", "王姐", "13812345678", "5"]]
    (one,) = records(csv_file(tmp_path / "a.csv", rows), SheetKind.CUSTOMERS)
    assert (customer(one).name, customer(one).extra) == ("王姐", (("订单号", "A1"), ("金额", "5")))
