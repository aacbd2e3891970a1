"""The command line (CONTRACT §2): 0 done, 1 failed, 2 bad usage or bad configuration."""

from bot.command_line import figures, people, sheets, shop, understanding
from bot.command_line.common import main

__all__ = ["figures", "main", "people", "sheets", "shop", "understanding"]
