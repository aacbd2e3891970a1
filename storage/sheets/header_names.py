"""The headers that we know, by field: those of the shops' own exports and those that sellers write.

A field's names stand in order of preference: where a table has two columns for one field, the earlier
name wins and the later one steps in where the first is blank. 淘宝/千牛 ExportOrderList and order details,
有赞 orders, goods and customers, 微店, 拼多多, 京东, 微信小店 (视频号小店), 抖店; then free form.
"""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """What a column can be."""

    NUMBER = "number"
    NAME = "name"
    NICKNAME = "nickname"
    PHONE = "phone"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    TOWN = "town"
    ADDRESS = "address"
    BIRTHDAY = "birthday"
    LUNAR_BIRTHDAY = "lunar_birthday"
    ACCOUNT = "account"
    EXTERNAL_ID = "external_id"
    TAGS = "tags"
    TIER = "tier"
    STAGE = "stage"
    NOTE = "note"
    PRODUCT = "product"
    QUANTITY = "quantity"
    PRICE = "price"
    TOTAL = "total"
    LINE_TOTAL = "line_total"
    CREATED = "created_at"
    PAID = "paid_at"
    SHIPPED = "shipped_at"
    SIGNED = "signed_at"
    STATUS = "status"
    REFUND = "refund"
    REFUNDED = "refunded"
    COURIER = "courier"
    TRACKING = "tracking_no"


_NAMES: dict[Field, str] = {
    Field.NUMBER: """
        主订单编号 主订单号 父订单号 订单号 订单编号 订单ID 交易编号 平台订单号 平台单号 原始订单号
        商户订单号 订单号码 网店订单号 外部订单号 order_id""",
    Field.NAME: """
        姓名 收货人姓名 收货人 收件人姓名 收件人 收货人名称 收件人名称 收货人/提货人 收货人/提货人姓名
        收件人/提货人姓名 收件人/提货人 客户姓名 顾客姓名 会员姓名 真实姓名 买家姓名 联系人 联系人姓名 名字
        客户名称 客户名 客户 顾客""",
    Field.NICKNAME: """
        昵称 买家昵称 买家会员名 买家旺旺 买家旺旺号 旺旺 旺旺号 旺旺ID 旺旺昵称 淘宝昵称 淘宝ID 会员名
        客户昵称 会员昵称 用户昵称 微信昵称 微信名 网名 买家账号 买家帐号 下单账号 下单帐号 买家""",
    Field.PHONE: """
        电话 手机 手机号 手机号码 联系手机 收货人手机 收货人手机号 收货人手机号码 收件人手机 收件人手机号
        收货人手机号/提货人手机号 收货人手机号/提货人手机 收件人/提货人手机号 收货人/提货人手机号 收货手机
        客户手机号 客户手机 会员手机号 买家手机号 买家手机 移动电话 联系电话 联系方式 电话号码 收货人电话
        收件人电话 收货电话 客户电话 买家电话 手机/电话 手机(电话) 电话/手机 座机 固定电话 固话""",
    Field.PROVINCE: "省 省份 收货人省份 收货省份 收货省 收件省 收件省份 收件人省份 省/直辖市 省市 收货地址省",
    Field.CITY: "市 城市 收货人城市 收货城市 收货市 收件市 收件城市 收件人城市 收货地址市",
    Field.DISTRICT: """
        区 县 区县 县区 区/县 收货人地区 收货区 收货区县 收件区 收件区县 收件人区县 收货地址区""",
    Field.TOWN: "街道 镇 乡镇 街道/乡镇 收货镇 收货街道 收件街道",
    Field.ADDRESS: """
        修改后的收货地址 地址 收货地址 详细地址 收货人地址 收件人地址 收件地址 收货人详细地址 详细收货地址
        详细收货地址/提货地址 收货地址/提货地址 收货详细地址 收货/提货详细地址 收货人具体地址 收件人详细地址
        客户地址 完整地址 联系地址 家庭地址 通讯地址 住址""",
    Field.BIRTHDAY: "生日 客户生日 会员生日 出生日期 出生年月日 公历生日 阳历生日 新历生日 生日日期",
    Field.LUNAR_BIRTHDAY: "农历生日 阴历生日 旧历生日",
    Field.ACCOUNT: "渠道",
    Field.EXTERNAL_ID: "渠道ID",
    Field.TAGS: "标签 客户标签 会员标签 用户标签",
    Field.TIER: "等级 客户等级 会员等级",
    Field.STAGE: "阶段 客户阶段",
    Field.NOTE: "备注 客户备注 会员备注 备注信息",
    Field.PRODUCT: """
        商品 商品名称 商品标题 宝贝标题 宝贝名称 标题 全部商品名称 选购商品 产品 产品名称 品名 货品名称 货品
        购买商品 商品信息 购买产品""",
    Field.QUANTITY: """
        数量 商品数量 购买数量 宝贝总数量 宝贝数量 订购数量 商品件数 商品总数量 购买件数 件数 总数量
        商品总件数""",
    Field.PRICE: """
        商品实际价格(单件) 商品优惠后价格 单品折扣后价格 单价 商品单价 商品价格 商品价格(单件) 宝贝单价 京东价
        价格 售价 商品原始单价""",
    Field.TOTAL: """
        订单实际支付金额 订单实付金额 买家实际支付金额 买家实付金额 用户实付金额 实付金额 实际支付金额 实付款
        实付 实际付款 付款金额 支付金额 已付金额 实收金额 实收款 实收 订单实收金额 订单实际收款金额
        商家实收金额 金额 成交金额 应付金额 订单应付金额 应付款 应付 应收订单金额 买家应付货款 结算金额
        订单金额 订单总金额 订单总价 总金额 总价 合计 合计金额 总计 总额 商品总价 商品金额合计 商品总金额""",
    Field.LINE_TOTAL: "商品实际成交金额 商品实际价格(总共) 商品金额小计 小计 商品小计 商品金额",
    Field.CREATED: """
        下单时间 订单创建时间 订单下单时间 创建时间 订单提交时间 买家下单时间 拍下时间 订单时间 下单日期
        订单日期 订单成交时间 拼单成功时间 成交时间 交易时间 购买时间 购买日期 成交日期 日期""",
    Field.PAID: "付款时间 订单付款时间 买家付款时间 支付时间 支付完成时间 付款确认时间 付款日期 支付日期",
    Field.SHIPPED: "发货时间 订单发货时间 商品发货时间 发货日期",
    Field.SIGNED: """
        签收时间 确认收货时间 订单确认收货时间 收货时间 交易成功时间 订单完成时间 完成时间 签收日期""",
    Field.STATUS: "状态 订单状态 交易状态 订单商品状态",
    Field.REFUND: "售后状态 订单退款状态 商品退款状态 退款状态 商品售后",
    Field.REFUNDED: """
        订单已退款金额 已退款金额 已退金额 实际退款金额 实退金额 退款成功金额 退款金额 订单退款金额 退款总金额
        退款总额 商品已退款金额 商品退款金额""",
    Field.COURIER: """
        快递公司 物流公司 商品发货物流公司 快递 物流 物流公司名称 快递名称 承运商 承运公司 配送公司""",
    Field.TRACKING: """
        快递单号 物流单号 运单号 商品发货物流单号 运单编号 物流编号 快递编号 运单号码 快递号 物流运单号
        配送单号 单号""",
}

NAMES: dict[Field, tuple[str, ...]] = {field: tuple(names.split()) for field, names in _NAMES.items()}

SUB_ORDER = ("子订单编号", "子订单号", "子订单ID")
"""With one of these a row's amounts are the line's own, although their headers speak of the order."""

_PERSON = frozenset(
    (Field.NAME, Field.NICKNAME, Field.PHONE, Field.PROVINCE, Field.CITY, Field.DISTRICT, Field.TOWN)
) | {Field.ADDRESS, Field.BIRTHDAY, Field.LUNAR_BIRTHDAY, Field.ACCOUNT, Field.EXTERNAL_ID}
CUSTOMER_FIELDS = _PERSON | {Field.TAGS, Field.TIER, Field.STAGE, Field.NOTE}
ORDER_FIELDS = frozenset(Field) - {Field.TAGS, Field.TIER, Field.STAGE, Field.NOTE}
"""备注 beside an order is the order's, so it stays a column of the seller's own."""
IDENTITY = frozenset((Field.NAME, Field.NICKNAME, Field.PHONE, Field.EXTERNAL_ID))
