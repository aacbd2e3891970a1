"""Which shop's export a table is, by headers that only it has: a nickname is somebody's only there."""

from __future__ import annotations

from collections.abc import Iterable

from storage.sheets.headers import spelt

_MARKS = {
    "淘宝": "买家会员名 旺旺 旺旺号 旺旺ID 旺旺昵称 买家旺旺 买家旺旺号 淘宝昵称 淘宝ID 买家支付宝账号",
    "微信小店": "带货账号昵称 带货账号类型 商品实际价格(总共)",
    "有赞": "全部商品名称 应收订单金额 成为客户时间 订单抵用积分数",
    "微店": "单品折扣后价格 分销商店铺ID 下单模板信息",
    "拼多多": "多多支付立减金额(元) 拼单成功时间 商家编码-规格维度 商家编码-商品维度",
    "京东": "京东价 下单帐号 付款确认时间",
    "抖店": "选购商品",
}
_BY_MARK = {spelt(mark): name for name, marks in _MARKS.items() for mark in marks.split()}


def platform_of(headers: Iterable[str]) -> str:
    """The platform's name; empty for a table that is nobody's export."""
    return next((_BY_MARK[mark] for header in headers if (mark := spelt(header)) in _BY_MARK), "")
