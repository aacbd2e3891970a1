"""The learned part: a linear model over characters, words and word lists."""

from handlers.understanding.learned.model import Judgement, Model

__all__ = ["Judgement", "Model"]
