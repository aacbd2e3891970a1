"""The words that shops use for an order's state and for couriers → ours."""

from __future__ import annotations

import re
import unicodedata

from bot.core.customer import ORDER_STATUS, OrderStatus

_OURS = {word: status for status, word in ORDER_STATUS.items()}
_STATES: tuple[tuple[OrderStatus, str], ...] = (
    # in this order: 已发货，待签收 is not signed, 买家已付款，等待卖家发货 is not shipped
    (OrderStatus.REFUNDED, "退款成功|已退款|已全额退款|全额退款|退款完成"),
    (OrderStatus.CANCELLED, "关闭|取消|作废|删除|失效|无效"),
    (OrderStatus.CREATED, "待付款|等待买家付款|等待付款|未付款|待支付|未支付|待确认付款"),
    (
        OrderStatus.SHIPPED,
        "部分发货|待签收|待收货|等待买家确认|等待确认收货|卖家已发货|已发货|已出库|运输中|派送|配送中|在途",
    ),
    (OrderStatus.PAID, "待发货|等待卖家发货|未发货|待出库|等待出库|备货|配货|拣货|成团|拼团中|待接单"),
    (OrderStatus.SIGNED, "成功|完成|签收|已收货|评价"),
    (OrderStatus.PAID, "已付款|已支付|已接单|付款"),
)
_BY_WORDS = tuple((status, re.compile(words)) for status, words in _STATES)
_GIVEN_BACK = re.compile("(?<!部分)(?:退款成功|退款完成|已退款|全额退款)")


def order_status(text: str) -> OrderStatus | None:
    """A shop's word for an order's state; None for one that we do not know (退款中, 锁定)."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text in _OURS:
        return _OURS[text]
    return next((status for status, words in _BY_WORDS if words.search(text)), None)


_ASKED_FOR = re.compile("退款中|申请|等待|待|处理|关闭|取消|拒绝|撤销|驳回|失败|无售后|未退")
_WENT_BACK = re.compile("成功|完成|已退|全额退|部分退款(?!中|申请|待)")


def given_back(text: str) -> bool:
    """Whether an after-sales state says that all the money went back."""
    return bool(_GIVEN_BACK.search(text))


def only_asked_for(text: str) -> bool:
    """Whether an after-sales state says that money is asked for, or was refused: none has gone back."""
    return bool(_ASKED_FOR.search(text)) and not _WENT_BACK.search(text)


_COURIERS = {
    "顺丰": "顺丰 顺风 丰网 sf shunfeng",
    "圆通": "圆通 园通 yto yt yuantong",
    "中通": "中通 zto zt zhongtong",
    "申通": "申通 sto shentong",
    "韵达": "韵达 运达 yunda yd",
    "极兔": "极兔 j&t jt jitu",
    "京东": "京东 jd jingdong",
    "德邦": "德邦 dbl debang",
    "EMS": "ems 邮政特快 特快专递 中国邮政速递",
    "邮政": "邮政 中国邮政 邮政小包 邮政快递包裹 邮政包裹 邮政电商标快 post",
    "跨越": "跨越 kye ky",
    "菜鸟": "菜鸟 丹鸟 菜鸟裹裹",
    "安能": "安能 ane",
    "百世": "百世 汇通 百世汇通",
    "天天": "天天",
    "宅急送": "宅急送",
    "闪送": "闪送",
}
_SUFFIX = re.compile(r"(?:快递|快运|速递|速运|物流|包裹|有限公司|股份|集团|标快|特快)+$|\(.*\)$")


def _spelt(word: str) -> str:
    word = unicodedata.normalize("NFKC", word).strip().lower().replace(" ", "")
    return _SUFFIX.sub("", _SUFFIX.sub("", word))


_BY_COURIER = {_spelt(word): name for name, names in _COURIERS.items() for word in names.split()}


def courier_name(text: str) -> str:
    """The courier's short name (圆通速递 → 圆通); one we do not know as it stands."""
    return _BY_COURIER.get(_spelt(text)) or text.strip()
