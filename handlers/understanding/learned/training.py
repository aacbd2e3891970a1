"""Trains the weights from the corpus that this project wrote, and the shop's own corrections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handlers.understanding.learned.features import levelled, look
from handlers.understanding.learned.model import COMPLAINT, Model
from handlers.understanding.meaning import Example, Intent

CORPUS = Path(__file__).parent.parent / "corpus"
SEEN_AT_LEAST = 2
STRENGTH = 20.0
"""Inverse of the regularisation, chosen by cross-validation on the corpus."""
ROUNDS = 300
FAINT = 0.12
"""Features that add less than this to every output are left out."""
OWN_WEIGHT = 5
"""How often a correction of the shop counts."""

Words = Callable[[str], Sequence[str]]


def read_corpus(folder: Path = CORPUS) -> list[Example]:
    """Every line of the corpus, file by file; a leading ! marks what needs putting right."""
    found = []
    for intent in Intent:
        for line in (folder / f"{intent.value}.txt").read_text(encoding="utf-8").splitlines():
            text = line.strip()
            if text and not text.startswith("#"):
                found.append(Example(text.removeprefix("!").strip(), intent, text.startswith("!")))
    return found


def train(
    examples: Sequence[Example], own: Iterable[Example], prepare: Callable[[str], str], words: Words
) -> Model:
    """A model of these examples; needs scikit-learn. The same input gives the same weights.

    prepare: text → normalised text. words: normalised text → its words, without any shop's own.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize
    from threadpoolctl import threadpool_limits

    lines = [*examples, *(e for e in own for _ in range(OWN_WEIGHT))]
    texts = [prepare(example.text) for example in lines]
    counting = CountVectorizer(analyzer=_analyzer(words), min_df=SEEN_AT_LEAST, binary=True, dtype=np.float64)
    seen = normalize(counting.fit_transform(texts))
    with threadpool_limits(1):  # several threads add up in another order every time
        intents = LogisticRegression(C=STRENGTH, max_iter=ROUNDS).fit(seen, [e.intent.value for e in lines])
        wrong = LogisticRegression(C=STRENGTH, max_iter=ROUNDS).fit(seen, [e.complaint for e in lines])
    weights = np.vstack([intents.coef_, wrong.coef_]).T
    bias = np.concatenate([intents.intercept_, wrong.intercept_])
    return _pruned(counting.get_feature_names_out(), [*intents.classes_, COMPLAINT], weights, bias)


def _analyzer(words: Words) -> Callable[[str], Iterable[str]]:
    return lambda normal: sorted(look(levelled(normal), words(normal)).features)  # a set has no order to keep


def _pruned(names: Sequence[str], outputs: Sequence[str], weights: Any, bias: Any) -> Model:
    telling = np.abs(weights).max(axis=1) >= FAINT
    kept = [str(name) for name, keep in zip(names, telling, strict=True) if keep]
    return Model(kept, outputs, weights[telling].astype(np.float32), bias.astype(np.float32))
