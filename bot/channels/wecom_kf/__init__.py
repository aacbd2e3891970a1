"""The WeCom customer-service channel, 微信客服: woken by callbacks, fetched and sent by API (CHANNELS §2)."""

from bot.channels.wecom_kf.callback import Callback
from bot.channels.wecom_kf.client import WecomKf, capability_of

__all__ = ["Callback", "WecomKf", "capability_of"]
