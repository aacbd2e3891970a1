"""What hundreds of tests would otherwise read anew, once a process: the shipped file, and jieba's words."""

from __future__ import annotations

import functools
import re

from aiohttp import web_app

from bot.configuration import reading
from handlers.understanding.tokens import Cutter


def read_files_once() -> None:
    """The same text of a configuration has the same tree."""
    reading.composed = functools.lru_cache(maxsize=4)(reading.composed)  # type: ignore[attr-defined]


def forget_applications() -> None:
    """aiohttp keeps the last thousand handlers with their applications, and all that these have read."""
    web_app._cached_build_middleware.cache_clear()


def read_the_dictionary() -> None:
    """What `Cutter` keeps for every other one of the process."""
    Cutter(re.compile(r"(?!)")).load()
