"""A personal QQ account through NapCat or LLOneBot: OneBot 11 over a WebSocket (CHANNELS §4)."""

from bot.channels.onebot11.channel import Onebot11
from bot.channels.onebot11.errors import capability_of

__all__ = ["Onebot11", "capability_of"]
