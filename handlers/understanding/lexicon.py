"""What the shop's own words are, compiled once from its configuration."""

from __future__ import annotations

from bot.core.settings import Settings
from handlers.understanding.normal import normalise
from handlers.understanding.products import ProductNames
from handlers.understanding.questions import Questions
from handlers.understanding.tokens import Cutter


class Lexicon:
    """Product names, FAQ words, and the cutter that knows them and the words of the tag rules."""

    def __init__(self, settings: Settings) -> None:
        self.products = ProductNames(settings.products)
        self.questions = Questions(settings.faq)
        traits = (normalise(word) for rule in settings.tags for word in rule.words)
        self.cutter = Cutter(self.products.pattern, traits)

    def warm(self, cache_folder: str | None = None) -> None:
        """Load jieba, about a second; meant for a thread at start. Reading works before it, less finely.

        cache_folder: where jieba keeps its compiled dictionary; the system's temporary folder if not given.
        """
        self.cutter.load(cache_folder)
