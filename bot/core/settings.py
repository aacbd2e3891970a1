"""config.yaml as typed data (CONTRACT §3); reading the file is `bot.configuration`'s work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from string import Formatter
from typing import Annotated, Any, ClassVar, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator

from bot.core.accounts import Account, AccountId, NonEmpty, SandboxAccount
from bot.core.durations import parse_duration
from bot.core.model import StrictModel
from bot.core.money import parse_money
from bot.core.tag_rules import TagRuleSet

Duration = Annotated[timedelta, BeforeValidator(lambda v: parse_duration(v) if isinstance(v, str) else v)]
Money = Annotated[Decimal, BeforeValidator(lambda v: v if isinstance(v, Decimal) else parse_money(str(v)))]

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ShopSettings(StrictModel):
    """Who speaks."""

    name: NonEmpty
    timezone: str = "Asia/Shanghai"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError(f"没有这个时区：{value}（例：Asia/Shanghai）") from unknown
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)


class StorageSettings(StrictModel):
    """Where the rows are."""

    url: str = "sqlite:///data/huitouke.db"

    @field_validator("url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("要以 sqlite:/// 或 postgresql:// 开头")
        return value


class ServerSettings(StrictModel):
    """Where the program listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    admin_token: SecretStr = SecretStr("")


class ApiSettings(StrictModel):
    """The order API; without a secret it does not exist."""

    secret: SecretStr = SecretStr("")


class SandboxSettings(StrictModel):
    """The channel without a platform."""

    enabled: bool = False
    pieces: bool = False


class SellerIdentity(StrictModel):
    """One account id of a seller on one account of the bot."""

    account: AccountId
    id: NonEmpty


class Seller(StrictModel):
    """Somebody whose messages are commands."""

    name: NonEmpty
    role: Literal["owner", "staff"] = "staff"
    identities: tuple[SellerIdentity, ...] = ()


class Product(StrictModel):
    """What the shop sells, as far as the bot may speak of it.

    stock: pieces left, or true/false for "there is some"; use_days: how long one unit lasts.
    """

    name: NonEmpty
    aliases: tuple[NonEmpty, ...] = ()
    price: Money
    unit: str = "件"
    stock: int | bool = True
    use_days: int | None = Field(default=None, gt=0)
    about: str = ""
    usage: str = ""
    care: str = ""


class Faq(StrictModel):
    """One answer and the ways to ask for it.

    ask: word groups; a group matches when all its space-separated words appear ("几天 到").
    unless: words beside which this answer would be wrong ("过敏"), so that the seller is asked instead.
    """

    ask: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    unless: tuple[NonEmpty, ...] = ()
    answer: NonEmpty


class SendingSettings(StrictModel):
    """How sending behaves."""

    undo: Duration = timedelta(seconds=5)
    attempts: int = Field(default=6, ge=1, le=20)
    first_backoff: Duration = timedelta(seconds=5)


class ConversationSettings(StrictModel):
    """How talking behaves."""

    silence: Duration = timedelta(seconds=2)
    take_over: Duration = timedelta(minutes=30)


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
    opted_out: NonEmpty = "好的，活动和问候以后都不发了。您订单的事还会照常通知。"
    media: NonEmpty = "图片、语音、文件我看不了，已经转给店主看。急的话打字告诉我也行。"
    thanks: NonEmpty = "不客气。"
    more: NonEmpty = "还没说完，回我一个字就接着发。"

    @field_validator("*")
    @classmethod
    def _fillable(cls, value: str, info: ValidationInfo) -> str:
        known = {"shop", *cls._FACTS.get(info.field_name or "", ())}
        try:
            used = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
        except ValueError as broken:
            raise ValueError("大括号不成对；要写大括号本身就写两个：{{ }}") from broken
        if unknown := used - known:
            raise ValueError(
                f"不认识 {{{sorted(unknown)[0]}}}；这里能用：{'、'.join(f'{{{k}}}' for k in sorted(known))}"
            )
        return value


Place = tuple[str | int, ...]
T = TypeVar("T")


def dotted(place: Place) -> str:
    """`("accounts", 0, "token")` → `accounts[0].token`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


class Inconsistent(ValueError):
    """Values that are right alone and wrong together; each fault with the place to correct."""

    def __init__(self, faults: Sequence[tuple[Place, str]]) -> None:
        super().__init__("；".join(f"{dotted(place)}: {why}" for place, why in faults))
        self.faults = faults


def _consistent(value: T, faults: Sequence[tuple[Place, str]]) -> T:
    if faults:
        raise Inconsistent(faults)
    return value


def _repeated(values: Sequence[tuple[Place, object]], why: str) -> list[tuple[Place, str]]:
    first: dict[object, Place] = {}
    return [
        (place, why.format(first=dotted(first[value])))
        for place, value in values
        if first.setdefault(value, place) != place
    ]


def _identities(sellers: Sequence[Seller]) -> Iterator[tuple[Place, SellerIdentity]]:
    for s, seller in enumerate(sellers):
        for n, identity in enumerate(seller.identities):
            yield ("sellers", s, "identities", n), identity


class Settings(StrictModel):
    """The whole configuration; blocks that others are checked against stand before them."""

    shop: ShopSettings
    storage: StorageSettings = StorageSettings()
    server: ServerSettings = ServerSettings()
    api: ApiSettings = ApiSettings()
    sandbox: SandboxSettings = SandboxSettings()
    sellers: tuple[Seller, ...] = ()
    accounts: tuple[Account, ...]
    products: tuple[Product, ...] = ()
    faq: tuple[Faq, ...] = ()
    texts: Texts = Texts()
    sending: SendingSettings = SendingSettings()
    conversation: ConversationSettings = ConversationSettings()
    tags: TagRuleSet = ()

    @field_validator("sandbox")
    @classmethod
    def _sandbox_at_home(cls, value: SandboxSettings, info: ValidationInfo) -> SandboxSettings:
        server = info.data.get("server")
        if value.enabled and server is not None and server.host not in LOOPBACK:
            raise Inconsistent([(("sandbox", "enabled"), "沙盒只能在本机地址上开（server.host: 127.0.0.1）")])
        return value

    @field_validator("sellers")
    @classmethod
    def _bound_once(cls, value: tuple[Seller, ...]) -> tuple[Seller, ...]:
        bound = [(place, (i.account, i.id)) for place, i in _identities(value)]
        return _consistent(value, _repeated(bound, "这个账号在 {first} 已经绑定过了"))

    @field_validator("accounts")
    @classmethod
    def _known_accounts(cls, value: tuple[Account, ...], info: ValidationInfo) -> tuple[Account, ...]:
        """Every account once; what other blocks say of accounts fits."""
        faults = _repeated([(("accounts", n, "id"), a.id) for n, a in enumerate(value)], "和 {first} 重复了")
        ids = {a.id for a in value}
        faults += [
            ((*place, "account"), f"accounts 里没有 {i.account} 这个账号")
            for place, i in _identities(info.data.get("sellers", ()))
            if i.account not in ids
        ]
        sandbox = info.data.get("sandbox")
        faults += [
            (("accounts", n, "channel"), "sandbox 账号需要 sandbox.enabled: true")
            for n, a in enumerate(value)
            if isinstance(a, SandboxAccount) and sandbox is not None and not sandbox.enabled
        ]
        return _consistent(value, faults)

    @field_validator("products")
    @classmethod
    def _named_once(cls, value: tuple[Product, ...]) -> tuple[Product, ...]:
        names: list[tuple[Place, object]] = []
        for n, product in enumerate(value):
            names.append((("products", n, "name"), product.name))
            names += [(("products", n, "aliases", m), alias) for m, alias in enumerate(product.aliases)]
        return _consistent(value, _repeated(names, "这个名字在 {first} 已经用过了"))

    @cached_property
    def seller_by_identity(self) -> dict[tuple[str, str], Seller]:
        """(account, external id) → who commands from there."""
        return {(i.account, i.id): s for s in self.sellers for i in s.identities}

    def account(self, account_id: str) -> Any:
        """The account's model; KeyError if there is none."""
        return next(a for a in self.accounts if a.id == account_id)
