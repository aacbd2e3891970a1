"""标签=敏感肌 且 90天未购 且 消费>500: what a seller types → which customers are meant. Pure and total."""

from handlers.selection.characters import Misread
from handlers.selection.parsing import DEEPEST, LONGEST, MOST, parse
from handlers.selection.words import EXAMPLE, is_selection

__all__ = ["DEEPEST", "EXAMPLE", "LONGEST", "MOST", "Misread", "is_selection", "parse"]
