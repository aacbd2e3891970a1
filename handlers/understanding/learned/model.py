"""The trained weights at work: text and words → shares of the intents, probability of a complaint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from handlers.understanding.learned.features import WORD, levelled, look
from handlers.understanding.meaning import Intent
from handlers.understanding.wordlists import all_lists

WEIGHTS = Path(__file__).parent / "weights.npz"
_share = itemgetter(1)
COMPLAINT = "complaint_probability"
"""The output beside the intents: whether something needs putting right."""

CONSIDERED = 60
"""Features looked at for an explanation, the strongest first."""

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Shares by intent, highest first; the complaint's probability; the words that spoke for the first.

    strong_words: how many words of anger and disappointment there are.
    """

    scores: tuple[tuple[Intent, float], ...]
    complaint: float
    telling: tuple[str, ...]  # words of the message
    strong_words: int = 0


class Model:
    """Linear: every feature adds its weight to every output. Reads only; safe in any thread."""

    def __init__(self, names: Sequence[str], outputs: Sequence[str], weights: Numbers, bias: Numbers) -> None:
        self.names = names
        self.outputs = tuple(outputs)
        self._index = {name: number for number, name in enumerate(names)}
        self._weights = weights
        self._bias = bias
        self._intents = [Intent(name) for name in self.outputs if name != COMPLAINT]
        self._complaint = self.outputs.index(COMPLAINT)

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Model:
        """The weights as shipped, or as `huitouke train` has written them."""
        with np.load(path) as kept:
            names = bytes(kept["names"]).decode("utf-8").split("\0")
            outputs = bytes(kept["outputs"]).decode("utf-8").split("\0")
            weights: Numbers = kept["weights"].astype(np.float32)
            bias: Numbers = kept["bias"].astype(np.float32)
        return cls(names, outputs, weights, bias)

    def save(self, path: Path) -> None:
        """Keep the weights; float16 is exact enough by far."""
        np.savez_compressed(
            path,
            names=np.frombuffer("\0".join(self.names).encode(), np.uint8),
            outputs=np.frombuffer("\0".join(self.outputs).encode(), np.uint8),
            weights=self._weights.astype(np.float16),
            bias=self._bias.astype(np.float16),
        )

    def judge(self, normal: str, tokens: Sequence[str], explain: int = 0) -> Judgement:
        """Read a normalised text and its words; name up to `explain` telling words."""
        seen = look(levelled(normal), tokens)
        known = [row for row in map(self._index.get, seen.features) if row is not None]
        rows = np.array(known, np.intp)
        adds = self._weights[rows]
        raw = adds.sum(axis=0) / max(1.0, len(known) ** 0.5) + self._bias
        outputs = raw.tolist()
        complaint = 1 / (1 + math.exp(-outputs.pop(self._complaint)))
        scores = sorted(zip(self._intents, _softmax(outputs), strict=True), key=_share, reverse=True)
        telling = self._telling(rows, adds, scores[0][0], explain) if explain else ()
        return Judgement(tuple(scores), complaint, telling, seen.lists.get("bad_feeling", 0))

    def _telling(self, rows: Any, adds: Numbers, intent: Intent, most: int) -> tuple[str, ...]:
        """The whole words that spoke most for `intent`, most telling first."""
        column = adds[:, self.outputs.index(intent.value)]
        lists, found = all_lists(), []
        for place in np.argsort(-column)[:CONSIDERED]:
            name = self.names[int(rows[place])]
            word = name.removeprefix(WORD)
            if column[place] > 0 and len(word) > 1 and (word != name or word in lists) and word not in found:
                found.append(word)
        return tuple(found[:most])


def _softmax(raw: Sequence[float]) -> list[float]:
    most = max(raw)
    powers = [math.exp(value - most) for value in raw]
    total = sum(powers)
    return [power / total for power in powers]
