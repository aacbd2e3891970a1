"""`huitouke eval`: how well the understanding reads labelled lines (CONTRACT §2)."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from handlers.understanding import Reader

FEWEST_LINES = 10
"""A label with fewer lines in the file does not count for macro-F1."""
AMBIGUOUS = "ambiguous"


class BadLine(ValueError):
    """A line of the file that is not as CONTRACT §2 has it; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of the file: what it is said to mean."""

    text: str
    intent: str
    complaint: bool
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """One line and how it was read; `certainty` is that of the chosen intent."""

    line: Labelled
    intent: str
    complaint: bool
    certainty: float = 1.0


def read_lines(path: Path) -> Iterator[Labelled]:
    """The file's lines; BadLine for the first that is wrong, OSError if it cannot be read."""
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _labelled(line, number)


def _labelled(line: str, number: int) -> Labelled:
    try:
        fields = json.loads(line)
        text, intent, complaint = fields["text"], fields["intent"], fields["complaint"]
        if not isinstance(text, str) or not isinstance(intent, str):
            raise TypeError
        return Labelled(text, intent, bool(complaint), AMBIGUOUS in str(fields.get("note") or ""))
    except (ValueError, KeyError, TypeError) as wrong:
        shape = '{"text": …, "intent": …, "complaint": true/false}'
        raise BadLine(f"第 {number} 行：要写成 {shape}") from wrong


def measured(judged: Sequence[Judged]) -> dict[str, Any]:
    """The contract's figures, with those of the unambiguous lines apart if there are others."""
    figures = _figures(judged)
    clear = [j for j in judged if not j.line.ambiguous]
    return figures if len(clear) == len(judged) else figures | {"unambiguous": _figures(clear)}


def _figures(judged: Sequence[Judged]) -> dict[str, Any]:
    support = Counter(j.line.intent for j in judged)
    found = Counter(j.intent for j in judged)
    right = Counter(j.intent for j in judged if j.intent == j.line.intent)
    intents = {
        label: _scores(right[label], found[label], support[label]) | {"support": support[label]}
        for label in sorted(support)
    }
    counted = [intents[label]["f1"] for label in intents if support[label] >= FEWEST_LINES]
    hits = sum(j.complaint and j.line.complaint for j in judged)
    return {
        "lines": len(judged),
        "accuracy": _share(sum(right.values()), len(judged)),
        "macro_f1": _share(sum(counted), len(counted)),
        "intents": intents,
        "complaint": _scores(hits, sum(j.complaint for j in judged), sum(j.line.complaint for j in judged)),
    }


def _scores(right: int, found: int, support: int) -> dict[str, float]:
    precision, recall = _share(right, found), _share(right, support)
    both = precision + recall
    return {"precision": precision, "recall": recall, "f1": _share(2 * precision * recall, both)}


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def confusion(judged: Sequence[Judged]) -> list[tuple[str, dict[str, int]]]:
    """For each label of the file, as what its lines were read."""
    labels = sorted({j.line.intent for j in judged} | {j.intent for j in judged})
    counts = Counter((j.line.intent, j.intent) for j in judged)
    return [(label, {read: counts[label, read] for read in labels}) for label in labels]


def worst(judged: Sequence[Judged], most: int) -> list[Judged]:
    """The lines read wrongly with the greatest certainty."""
    wrong = [j for j in judged if j.intent != j.line.intent or j.complaint != j.line.complaint]
    return sorted(wrong, key=lambda j: -j.certainty)[:most]


def judged(reader: Reader, lines: Iterable[Labelled]) -> list[Judged]:
    """Read every line, saying on a terminal how far it is."""
    found = []
    with click.progressbar(list(lines), file=sys.stderr, label="读") as bar:
        for line in bar:
            meaning = reader.read(line.text).meaning
            certainty = meaning.scores[0][1] if meaning.scores else 0.0
            found.append(Judged(line, meaning.intent.value, meaning.is_complaint, certainty))
    return found


def report(lines: Sequence[Judged], *, as_json: bool, most: int) -> str:
    """The figures as the contract's JSON, or as a table with the confusions and the worst lines."""
    figures = measured(lines)
    if as_json:
        return json.dumps(figures, ensure_ascii=False)
    parts = [_table(figures)]
    if "unambiguous" in figures:
        parts.append("不含有歧义的行：\n" + _table(figures["unambiguous"]))
    rows = [" ".join(f"{n:>5}" for n in counts.values()) + f"  {label}" for label, counts in confusion(lines)]
    parts.append("本来是（行）读成（列，同样的次序）：\n" + "\n".join(rows))
    shown = [
        f"{j.line.intent} → {j.intent} {j.certainty:.2f}  {j.line.text[:60]}" for j in worst(lines, most)
    ]
    return "\n\n".join([*parts, "错得最有把握的：\n" + "\n".join(shown)] if shown else parts)


def _table(figures: dict[str, Any]) -> str:
    complaint = figures["complaint"]
    head = f"{figures['lines']} 行  准确率 {figures['accuracy']:.3f}  macro-F1 {figures['macro_f1']:.3f}"
    rows = [
        f"{label:<14} {_three(scores)}  {scores['support']}" for label, scores in figures["intents"].items()
    ]
    return "\n".join([head, *rows, f"{'要处理的':<12} {_three(complaint)}"])


def _three(scores: dict[str, float]) -> str:
    return f"P {scores['precision']:.2f}  R {scores['recall']:.2f}  F1 {scores['f1']:.2f}"
