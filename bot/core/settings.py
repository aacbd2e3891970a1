"""config.yaml as typed data (CONTRACT §3); reading the file is `bot.configuration`'s work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from bot.core.accounts import Account, AccountId, NonEmpty, SandboxAccount
from bot.core.durations import parse_duration
from bot.core.model import StrictModel
from bot.core.money import parse_money

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
    """

    ask: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
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
    """Every sentence to buyers that the bot says by itself. {shop} is the shop's name."""

    hello: NonEmpty
    hello_again: NonEmpty
    introduction: NonEmpty
    unknown: NonEmpty
    price: NonEmpty
    in_stock: NonEmpty
    out_of_stock: NonEmpty
    no_orders: NonEmpty
    order_waiting: NonEmpty
    order_shipped: NonEmpty
    order_signed: NonEmpty
    shipping_notice: NonEmpty
    machine: NonEmpty
    human: NonEmpty
    opted_out: NonEmpty
    media: NonEmpty
    thanks: NonEmpty
    more: NonEmpty


class Settings(StrictModel):
    """The whole configuration."""

    shop: ShopSettings
    storage: StorageSettings = StorageSettings()
    server: ServerSettings = ServerSettings()
    api: ApiSettings = ApiSettings()
    sandbox: SandboxSettings = SandboxSettings()
    sellers: tuple[Seller, ...] = ()
    accounts: tuple[Account, ...]
    products: tuple[Product, ...] = ()
    faq: tuple[Faq, ...] = ()
    texts: Texts
    sending: SendingSettings = SendingSettings()
    conversation: ConversationSettings = ConversationSettings()

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        for fault in self._faults():
            raise ValueError(fault)
        return self

    def _faults(self) -> list[str]:
        faults: list[str] = []
        ids = [a.id for a in self.accounts]
        faults += [f"accounts: id {i} 重复" for i in sorted(set(ids)) if ids.count(i) > 1]
        faults += [
            f"sellers[{s}].identities[{n}].account: 没有账号 {identity.account}"
            for s, seller in enumerate(self.sellers)
            for n, identity in enumerate(seller.identities)
            if identity.account not in ids
        ]
        bound = [(i.account, i.id) for s in self.sellers for i in s.identities]
        faults += [f"sellers: {a}/{i} 绑定了两次" for a, i in sorted(set(bound)) if bound.count((a, i)) > 1]
        names = [n for p in self.products for n in (p.name, *p.aliases)]
        faults += [f"products: {n} 出现两次" for n in sorted(set(names)) if names.count(n) > 1]
        if self.sandbox.enabled and self.server.host not in LOOPBACK:
            faults.append("sandbox.enabled: 沙盒只能在本机地址上开（server.host: 127.0.0.1）")
        if not self.sandbox.enabled and any(isinstance(a, SandboxAccount) for a in self.accounts):
            faults.append("accounts: sandbox 账号需要 sandbox.enabled: true")
        return faults

    @cached_property
    def seller_by_identity(self) -> dict[tuple[str, str], Seller]:
        """(account, external id) → who commands from there."""
        return {(i.account, i.id): s for s in self.sellers for i in s.identities}

    def account(self, account_id: str) -> Any:
        """The account's model; KeyError if there is none."""
        return next(a for a in self.accounts if a.id == account_id)
