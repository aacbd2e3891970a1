"""The block texts of config.yaml: every sentence to buyers that the bot says by itself."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from bot.core.accounts import NonEmpty
from bot.core.model import StrictModel
from bot.core.service_settings import fillable


class Texts(StrictModel):
    """Every sentence to buyers that the bot says by itself.

    {shop} may stand in each of them, the names in `_FACTS` in theirs; anything else in braces is an error.
    What config.yaml leaves out is said as it stands here.
    """

    _FACTS: ClassVar[dict[str, set[str]]] = {
        "price": {"product", "price", "unit"},
        "in_stock": {"product", "price", "unit"},
        "out_of_stock": {"product", "price", "unit"},
        "lasts": {"product", "unit", "days"},
        "assortment": {"list"},
        "order_unpaid": {"goods"},
        "order_waiting": {"goods"},
        "order_shipped": {"goods", "day", "parcels"},
        "order_signed": {"goods", "day"},
        "order_closed": {"goods", "state"},
        "parcel_missing": {"goods", "day"},
        "shipping_notice": {"goods", "courier", "tracking_no"},
        "working": {"when"},
        "working_too": {"when"},
    }

    hello: NonEmpty = "你好，我是{shop}的自动小助手。价格、用法、邮费、快递都可以问我；找店主回复 人工。"
    hello_again: NonEmpty = "在的，您说。"
    introduction: NonEmpty = "你好，我是{shop}的自动小助手。"
    unknown: NonEmpty = "这个我不清楚，已经转给店主，他看到就回您。"
    complaint: NonEmpty = "听着就恼火，对不起。已经转给店主，他看到就来处理；有照片也可以发来。"
    harm: NonEmpty = "人要紧：不舒服先去医院或打120，带上产品和包装。已经在叫店主，他看到马上联系您。"
    unknown_again: NonEmpty = "这一条也转给店主了，他会一起回您。"
    noted: NonEmpty = "收到，已经转给店主，他看到就回您。"
    price: NonEmpty = "{product} {price}一{unit}，有货。"
    in_stock: NonEmpty = "{product}有货，{price}一{unit}。"
    out_of_stock: NonEmpty = "{product} {price}一{unit}，现在没货。什么时候补我不知道，已经告诉店主您在问。"
    lasts: NonEmpty = "{product}一{unit}大约能用{days}天。"
    assortment: NonEmpty = "店里有这些，想了解哪样说名字就行：\n{list}"
    buying: NonEmpty = "好的，把收件人、电话和地址发来，店主确认后发您付款码。"
    no_orders: NonEmpty = "我这里没找到您的订单，已经请店主去查，查到就回您。"
    order_unpaid: NonEmpty = "{goods}已经拍下，还没付款，付了就安排发货。"
    order_waiting: NonEmpty = "{goods}已经付款，还没发出。发出后单号会发给您。"
    order_shipped: NonEmpty = "{goods}，{day}已经寄出：\n{parcels}"
    no_tracking: NonEmpty = "单号店主还没录上"
    order_signed: NonEmpty = "{goods}，显示{day}已签收。要是没拿到，跟我说“没收到”，我马上找店主查。"
    order_closed: NonEmpty = "{goods}这一单已经{state}。"
    parcel_missing: NonEmpty = (
        "{goods}，显示{day}签收，您却没拿到，这得查清楚。已经告诉店主，他去问快递，有结果就回您。"
    )
    shipping_notice: NonEmpty = "{goods}已经寄出：\n{courier} {tracking_no}"
    machine: NonEmpty = "我是{shop}的自动小助手，不是真人。想找店主，回复 人工。"
    human: NonEmpty = "好，已经叫店主了，他看到就亲自回您。"
    opted_out: NonEmpty = "好的，活动和问候以后都不发了。您订单的事还会照常通知。想再收就回复 恢复订阅。"
    opted_in: NonEmpty = "好的，给您恢复了。哪天不想收，回复 退订 就行。"
    media: NonEmpty = "图片、语音、文件我看不了，已经转给店主看。急的话打字告诉我也行。"
    working: NonEmpty = "您{when}发来的收到了，正在处理，店主有了准信就回您。"
    working_too: NonEmpty = "您{when}说的事正在处理，没有落下，店主一有准信就回您。"
    thanks: NonEmpty = "不客气。"
    praised: NonEmpty = "谢谢您，用得好我就放心了。"
    no_hurry: NonEmpty = "好，不急，想好了随时找我。"
    never_mind: NonEmpty = "好的，有事随时找我。"
    more: NonEmpty = "还没说完，回我一个字就接着发。"
    room: NonEmpty = "群里人多，不方便细说。点我头像发消息，价格、订单、售后我都能答。"

    @field_validator("*")
    @classmethod
    def _fillable(cls, value: str, info: ValidationInfo) -> str:
        return fillable(value, {"shop", *cls._FACTS.get(info.field_name or "", ())})
