"""Text → what the buyer said: normalised text, tokens, products, questions."""

from handlers.understanding.reading import Reader, Reading
from handlers.understanding.topics import Topic

__all__ = ["Reader", "Reading", "Topic"]
