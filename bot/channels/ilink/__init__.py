"""The seller's own WeChat as remote control, through Tencent's iLink bot (CHANNELS §5)."""

from bot.channels.ilink.channel import Ilink, capability_of
from bot.channels.ilink.terminal import Terminal

__all__ = ["Ilink", "Terminal", "capability_of"]
