"""What a program that is forked from here (`tests.program`) has read already."""

from __future__ import annotations

import bot.__main__
from bot.configuration import load
from tests import quick
from tests.program import CHECKOUT

quick.read_files_once()
quick.read_the_dictionary()
load(CHECKOUT / "config.yaml", {})
assert bot.__main__.main
