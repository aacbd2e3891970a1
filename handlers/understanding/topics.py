"""How people ask about goods and parcels, as data: the language's phrases, not the shop's."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

PRODUCT: Final = "\ue000"  # masks a product's name, once for each of its characters


class Topic(StrEnum):
    """What a message asks about."""

    PRICE = "price"
    STOCK = "stock"
    USAGE = "usage"
    LASTS = "lasts"  # how long one piece is enough for
    BUY = "buy"  # so many of it, please
    ABOUT = "about"  # what kind of product it is
    RANGE = "range"  # what the shop sells at all
    POSTAGE = "postage"
    PARCEL = "parcel"  # the buyer's own parcel
    DELIVERY = "delivery"  # when things leave or arrive, anybody's
    MISSING = "missing"  # it has not come


def _phrases(*phrases: str) -> re.Pattern[str]:
    """Any of `phrases`, in which P is a product's name."""
    return re.compile("|".join(phrases).replace("P", f"(?:{PRODUCT}+)"))


_PIECE = "[瓶支盒套件个罐片包]"
_APPLY = "(?:用|涂|擦|抹|敷|喷)"
_WHEN = "(?:什么时候|啥时候|几时|何时|多久|几天|几点|哪天|今天|明天|今晚|多长时间)"
_DONE = "(?:没有?|吗|嘛|么)"
_COUNT = "[一二两三四五六七八九十\\d]{1,3}"
_END = "(?=$|[呢呀啊?,。])"

# Read in this order; what one has matched is out of sight for the next.
TOPICS: Final[dict[Topic, re.Pattern[str]]] = {
    Topic.POSTAGE: _phrases(
        "满(?:多少钱?|几件|几瓶)(?:才|就|可以|能)*(?:包邮|免邮|免运费)",
        "(?:多少钱?|几件|几瓶)(?:才|就|可以|能|起)+(?:包邮|免邮|免运费)",
        "(?:运费|邮费|快递费|邮资)[^,。?!]{0,4}?(?:多少钱?|几块钱?|几元|怎么算)",
        "运费|邮费|快递费|邮资|包邮|免邮",
    ),
    Topic.LASTS: _phrases(
        "用多(?:久|长时间)(?!.{0,2}效)",
        "(?:能|可以|够)用(?:几|多少)(?:天|个?月)",
        "用得?了几个?月",
    ),
    Topic.USAGE: _phrases(
        f"(?:怎么|如何|咋|怎样)(?:使|去)?(?:{_APPLY}|洗|上脸)(?!了|券|优惠|积分)",
        "用法|使用(?:方法|说明|步骤)|用量|how to use",
        f"(?:一天|每天|一周|每周|一次|每次|一个?星期)(?:要|能|可以|大概)?{_APPLY}?(?:几|多少)[次片滴遍]?",
        f"(?:几天|多久|多长时间){_APPLY}(?:[一1]?[次回片]|{_END})|{_APPLY}几次|[敷涂停留]多(?:久|长时间)",
        f"(?:能|可以|要)(?:不能)?(?:每天|天天)都?{_APPLY}",
        f"(?:什么时候|早晚都?|早上|晚上|白天)(?:能|可以|要)?{_APPLY}(?!了)|要(?:洗掉|冲洗|清洗)",
    ),
    Topic.MISSING: _phrases(
        "没(?:有)?(?:收到|拿到|见到)(?!.{0,3}(?:退款|优惠|红包|短信|消息|券|钱|发票|回复))",
        "(?:还|怎么|咋|一直|都)(?:还|都)?(?:没|不)(?:有)?到(?!货)",
        "(?:快递|包裹|东西|件)(?:丢|不见)了|丢[件包]|找不到(?:快递|包裹|件)",
    ),
    Topic.PARCEL: _phrases(
        "(?:快递|物流|包裹|货|东西|订单|我的P?|件)[^,。?!]{0,4}?(?:到哪|在哪|走到|哪里了|哪儿了|到了[吗嘛么没])",
        f"到哪(?:里|儿)?了|到了{_DONE}|单号|(?:快递|物流)信息",
        "[查看催](?:一?下|一查|一看|一催)?(?:我的|下)?(?:快递|物流|包裹|订单|发货)",
        f"(?:发货?|寄出?|发走|发出)(?:去|来)?了{_DONE}|(?<!开)发货?没(?!有?(?:发票|赠品))",
        "(?:还|怎么|咋)(?:还)?(?:没|不)(?:有)?(?:发|寄|送|动)|物流(?:没|不)(?:有)?(?:更新|动)",
        "我(?:买|拍|下单)的P?(?:[^,。?!]{0,3}(?:快递|包裹|货|东西))?(?=呢|到|发|什么时候|几时|$)",
        "我的(?:快递|包裹|货|订单)|派[送件]",
        "签收了?[吗嘛么没]|显示(?:已经?)?签收|where.{1,4}my (?:parcel|order|package)",
    ),
    Topic.DELIVERY: _phrases(
        f"{_WHEN}[^,。?!]{{0,5}}?(?:发货?|寄|到货?|收到|送到|送达)(?![现票])",
        "[发寄到送][^,。?!]{0,6}?(?:几天|多久|多长时间)|发货时间|(?:几|多少)天(?:可以|能)?到",
    ),
    Topic.STOCK: _phrases(
        "(?:什么时候|啥时候|几时|多久)(?:能|可以)?补货|P到货",
        "(?:有|没|无|缺|断|补)(?:没有)?货(?!到付)|现货|库存|卖完|还剩|in stock",
        "有没有P|P有没有|有P(?=[吗嘛么没不?]|$)|P.{0,2}?(?:还|现在)?有(?:[吗嘛么没不]|$)",
        "还有P?[吗嘛么没不]|(?:还|能)(?:卖|买)(?:到)?[吗嘛么]|没有?了[吗嘛么]",
        "(?:什么时候|啥时候|几时|多久).{0,3}(?:上货|来货|上架|再有)",
    ),
    Topic.RANGE: _phrases(
        "(?:有|卖|做)(?:些|点)?(?:什么|啥|哪些|哪几)(?:种|款|样)?(?:产品|东西|商品|护肤品|化妆品)",
        "(?:都|家|店里?|你们?)(?:是)?卖(?:些|点)?(?:什么|啥)(?:的)?|有(?:哪些|哪几)款?(?:产品|款)?$",
        "产品(?:列表|目录|清单)|价[目格]表",
    ),
    Topic.BUY: _phrases(
        f"(?:要|来|拿|买|拍|订){_COUNT}{_PIECE}P|P(?:给我|我)?(?:要|来|拿|买|拍|订){_COUNT}{_PIECE}",
        f"{_COUNT}{_PIECE}P$",
    ),
    Topic.PRICE: _phrases(
        "(?:多少|几)(?:钱|米|元|块钱)|几块(?!面膜)|多少块|几多钱|多钱",
        f"多少[一1]{_PIECE}|[一1]{_PIECE}多少(?!天|毫升|片|克)|P是?多少{_END}",
        "(?:什么|啥|咋|怎么)(?:个)?(?:价|卖)|价[格钱位]|报(?:一?下|个)?价|单价|售价|卖多少|要多少$",
        "贵不贵|贵[吗嘛么]|how much|price",
    ),
    Topic.ABOUT: _phrases(
        f"介绍|(?:怎么样|咋样|如何){_END}|好用[吗嘛么不]|好不好用|功[效能]|详情",
        "(?:什么|啥)(?:作)?用(?!了)|作用|(?:干|做)(?:嘛|什么|啥)用?的",
        "(?:有没有|有|什么|啥)效果[吗嘛么?]?$|效果(?:怎么样|好[吗不]|如何)",
        "(?:什么|啥|哪些|主要)(?:主要)?成分|成分(?:表|是什么|有哪些|有什么)|质地",
        "适合|适用|肤质|[干油]皮|混合皮|容量|规格|(?:多少|几)(?:毫升|ml|克|g|片)|多大(?!年纪|岁|年龄|了)",
        "什么味|啥味|味道(?:怎么样|好闻|大|重)|有味道?[吗嘛么]|香不香|香[吗嘛么]",
        "清爽[吗嘛么不]|清不清爽|油腻[吗嘛么不]|油不油",
    ),
}

# Said aloud: found by sound when nothing else was (多少前, duoshaoqian, 怎么永).
SPOKEN: Final[dict[Topic, tuple[str, ...]]] = {
    Topic.PRICE: ("多少钱", "怎么卖", "什么价格", "几块钱", "多少一瓶", "多少一盒"),
    Topic.STOCK: ("有货吗", "还有吗", "有没有货", "还有货", "有现货"),
    Topic.USAGE: ("怎么用", "怎么使用", "使用方法", "怎么涂", "怎么敷"),
    Topic.PARCEL: ("快递到哪", "发货了吗", "到哪里了", "到哪了", "查快递", "快递单号", "查物流"),
    Topic.DELIVERY: ("什么时候发货", "什么时候到", "几天到", "多久到"),
}

# These make another thing of a product's name: 防晒衣, 面膜刷, 洁面仪.
OTHER_THING: Final = "[仪机刷碗纸衣帽伞服袖罩镜]"
