"""Draws the machine from its table: `python -m handlers.complaint.diagram` prints docs/complaints.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.core.complaint import STEP_NAMES, Signal, Step
from bot.core.service_settings import StepDeadlines
from handlers.complaint.steps import TABLE, Go, No, Stay

_HEAD = """# The nine steps of a complaint

Drawn from `handlers/complaint/steps.py` by `make diagrams`; a test compares. Deadlines, texts, limits and
hotline are the block `complaints:` of config.yaml; which step leads where is code (DESIGN: what is data,
what is code). Steps and words are the seller's: `投诉 3 道歉` gives complaint 3 the signal 道歉.

"""
_TAIL = """
**到期** is the last ring of a step; the rings before it remind and escalate and stay. In steps 2 to 7 the
seller is reminded, then all sellers, then the complaint is closed as 没有处理完 and the buyer is left in
peace. In step 8 the buyer is asked once more, then the seller; then the follow-up comes all the same. In
step 9 the buyer is asked how it went, then the seller; then it is closed as 没有回音.

**不满意** in step 8 leads back to step 6, and what is offered then is the final offer. In step 9 it is the
second chance: everything begins anew, with an apology of its own. Only 满意 in step 9, or the seller's
回访 after a buyer who was satisfied, ends as 挽回成功.

买家说, 撤回, 不是投诉 and 结束 are possible in every open step. What a step does not take is refused with
the line to type instead: no step beyond 3 without an apology, no explanation before the cause, no
compensation before an action.
"""
_EVERYWHERE = (Signal.HEARD, Signal.TAKEN_BACK, Signal.MISREAD, Signal.ENDED)


def markdown() -> str:
    """The whole document."""
    return _HEAD + "\n".join([*_picture(), "", *_deadlines(), "", *_table()]) + "\n" + _TAIL


def _picture() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for step in Step:
        yield f"    s{step:d} : {f'{step:d} ' if step < Step.CLOSED else ''}{STEP_NAMES[step]}"
    yield "    [*] --> s1"
    for (before, after), signals in _ways().items():
        yield f"    s{before} --> s{after} : {'、'.join(signals)}"
    yield f"    s{Step.CLOSED:d} --> [*]"
    yield "```"


def _ways() -> dict[tuple[int, int], list[str]]:
    ways: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for (step, signal), rule in TABLE.items():
        if isinstance(rule, Go) and signal not in _EVERYWHERE:
            ways[int(step), int(rule.to)].append(signal)
    return ways


def _deadlines() -> Iterator[str]:
    yield "| step | rings after (default) |"
    yield "| --- | --- |"
    for step, rings in StepDeadlines().plan.items():
        yield f"| {int(step)} {STEP_NAMES[step]} | {' → '.join(_span(r.total_seconds()) for r in rings)} |"


def _span(seconds: float) -> str:
    units = ((86400, "d"), (3600, "h"), (60, "m"))
    return next(f"{seconds / size:g}{unit}" for size, unit in units if seconds >= size)


def _table() -> Iterator[str]:
    signals = [s for s in Signal if s is not Signal.OPENED and s not in _EVERYWHERE]
    yield f"| step | {' | '.join(signals)} |"
    yield f"| --- |{' --- |' * len(signals)}"
    for step in Step:
        if step is not Step.CLOSED:
            cells = [_cell(step, signal) for signal in signals]
            yield f"| {int(step)} {STEP_NAMES[step]} | {' | '.join(cells)} |"


def _cell(step: Step, signal: Signal) -> str:
    match TABLE[step, signal]:
        case Go(Step.CLOSED, ending):
            return f"{ending}"
        case Go(to):
            return f"{int(to)}"
        case Stay():
            return "noted"
        case No():
            return "—"
    return "back"


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 - that is what it is for
