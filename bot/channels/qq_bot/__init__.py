"""The official QQ bot: signed webhooks or the gateway in, answers out (CHANNELS §3)."""

from bot.channels.qq_bot.callback import Callback
from bot.channels.qq_bot.client import QqBot, capability_of

__all__ = ["Callback", "QqBot", "capability_of"]
