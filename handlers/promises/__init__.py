"""What the seller promises a buyer, and by when. Pure."""

from handlers.promises.deeds import Deed
from handlers.promises.reading import LONGEST_WORDS, Promise, promised

__all__ = ["LONGEST_WORDS", "Deed", "Promise", "promised"]
