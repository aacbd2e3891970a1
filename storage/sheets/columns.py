"""The columns that `huitouke export` writes (CONTRACT §2), by kind of table."""

from __future__ import annotations

from enum import StrEnum


class SheetKind(StrEnum):
    """What the rows of a table are."""

    CUSTOMERS = "customers"
    ORDERS = "orders"
    COMPLAINTS = "complaints"
    MESSAGES = "messages"


CUSTOMERS = ("姓名", "昵称", "电话", "地址", "生日", "渠道", "渠道ID", "标签", "等级", "阶段", "备注")
ORDERS = (
    *("订单号", "姓名", "电话", "商品", "数量", "金额", "下单时间", "付款时间", "状态"),
    *("快递公司", "快递单号"),
)
COMPLAINTS = ("编号", "客户", "订单号", "商品", "内容", "步骤", "开始时间", "期限", "结果")
MESSAGES = ("时间", "账号", "渠道ID", "客户", "方向", "类型", "内容", "状态", "消息ID")

COLUMNS = {
    SheetKind.CUSTOMERS: CUSTOMERS,
    SheetKind.ORDERS: ORDERS,
    SheetKind.COMPLAINTS: COMPLAINTS,
    SheetKind.MESSAGES: MESSAGES,
}
KIND_NAMES = {
    SheetKind.CUSTOMERS: "客户表",
    SheetKind.ORDERS: "订单表",
    SheetKind.COMPLAINTS: "投诉表",
    SheetKind.MESSAGES: "消息表",
}


def written_by_us(headers: tuple[str, ...]) -> SheetKind | None:
    """The kind whose columns `headers` begins with, in their order: a file of our own export."""
    return next((kind for kind, names in COLUMNS.items() if headers[: len(names)] == names), None)
