"""config.yaml as typed data (CONTRACT §3); reading the file is `bot.configuration`'s work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from pydantic import ValidationInfo, field_validator

from bot.core.accounts import Account, SandboxAccount
from bot.core.care_rules import CareSettings
from bot.core.care_settings import USUAL, CareLimits
from bot.core.config_faults import Inconsistent, Place, consistent, dotted, repeated
from bot.core.holiday_settings import HolidaySettings
from bot.core.ledger import Limits
from bot.core.model import StrictModel
from bot.core.order_settings import TrackingSettings
from bot.core.person_settings import ProfileSettings, ReferralSettings
from bot.core.server_settings import (
    LOOPBACK,
    ApiSettings,
    ConversationSettings,
    SandboxSettings,
    SendingSettings,
    ServerSettings,
    StorageSettings,
)
from bot.core.service_settings import ComplaintSettings, ConsultationSettings, PromiseSettings, ReplyClocks
from bot.core.shop_settings import WEEKDAYS, Faq, Product, RestDay, Seller, SellerIdentity, ShopSettings
from bot.core.tag_rules import TagRuleSet
from bot.core.text_settings import Texts
from bot.core.value_settings import ValueSettings

__all__ = [
    "LOOPBACK",
    "WEEKDAYS",
    "ApiSettings",
    "ConversationSettings",
    "Faq",
    "Inconsistent",
    "Place",
    "Product",
    "RestDay",
    "SandboxSettings",
    "Seller",
    "SellerIdentity",
    "SendingSettings",
    "ServerSettings",
    "Settings",
    "ShopSettings",
    "StorageSettings",
    "Texts",
    "dotted",
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
    tracking: TrackingSettings = TrackingSettings()
    sandbox: SandboxSettings = SandboxSettings()
    sellers: tuple[Seller, ...] = ()
    accounts: tuple[Account, ...]
    products: tuple[Product, ...] = ()
    faq: tuple[Faq, ...] = ()
    texts: Texts = Texts()
    sending: SendingSettings = SendingSettings()
    limits: CareLimits = CareLimits(monthly_cap=USUAL.cap)
    conversation: ConversationSettings = ConversationSettings()
    complaints: ComplaintSettings = ComplaintSettings()
    replies: ReplyClocks = ReplyClocks()
    promises: PromiseSettings = PromiseSettings()
    consultations: ConsultationSettings = ConsultationSettings()
    value: ValueSettings = ValueSettings()
    profile: ProfileSettings = ProfileSettings()
    referral: ReferralSettings = ReferralSettings()
    care: CareSettings = CareSettings()
    holiday: HolidaySettings = HolidaySettings()
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
        return consistent(value, repeated(bound, "这个账号在 {first} 已经绑定过了"))

    @field_validator("accounts")
    @classmethod
    def _known_accounts(cls, value: tuple[Account, ...], info: ValidationInfo) -> tuple[Account, ...]:
        """Every account once; what other blocks say of accounts fits."""
        faults = repeated([(("accounts", n, "id"), a.id) for n, a in enumerate(value)], "和 {first} 重复了")
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
        return consistent(value, faults)

    @field_validator("products")
    @classmethod
    def _named_once(cls, value: tuple[Product, ...]) -> tuple[Product, ...]:
        names: list[tuple[Place, object]] = []
        for n, product in enumerate(value):
            names.append((("products", n, "name"), product.name))
            names += [(("products", n, "aliases", m), alias) for m, alias in enumerate(product.aliases)]
        return consistent(value, repeated(names, "这个名字在 {first} 已经用过了"))

    @field_validator("limits")
    @classmethod
    def _limits_of_accounts(cls, value: CareLimits, info: ValidationInfo) -> CareLimits:
        ids = {a.id for a in info.data.get("accounts", ())}
        unknown = [name for name in value.daily if "accounts" in info.data and name not in ids]
        faults: list[tuple[Place, str]] = [
            (("limits", "daily", name), f"accounts 里没有 {name} 这个账号") for name in unknown
        ]
        return consistent(value, faults)

    @property
    def care_limits(self) -> Limits:
        """The blocks `limits` and `holiday` on the shop's calendar."""
        holiday = self.holiday
        return replace(self.limits.on(self.shop.zone), holidays=holiday.days, wishes=holiday.wishes)

    @cached_property
    def seller_by_identity(self) -> dict[tuple[str, str], Seller]:
        """(account, external id) → who commands from there."""
        return {(i.account, i.id): s for s in self.sellers for i in s.identities}

    def account(self, account_id: str) -> Any:
        """The account's model; KeyError if there is none."""
        return next(a for a in self.accounts if a.id == account_id)
