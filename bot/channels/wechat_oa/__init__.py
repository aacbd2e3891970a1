"""The WeChat Official Account channel: signed callbacks in, replies and messages out (CHANNELS §1)."""

from bot.channels.wechat_oa.callback import Callback
from bot.channels.wechat_oa.client import WechatOa, capability_of

__all__ = ["Callback", "WechatOa", "capability_of"]
