"""标错: the seller says how a buyer's last words are to be read; the shop's examples come from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from bot.core.customer import Customer
from bot.core.effects import SAID_SO, Effect, KeepExample, Reply
from handlers.commands.complaint_back import no_complaint
from handlers.commands.complaint_opening import opened
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Refused, Word, argument
from handlers.commands.intents import CHOICE, Wanted, name_of, read_as, wanted
from handlers.commands.phrases import short
from handlers.understanding.examples import LONGEST
from handlers.understanding.intents import MARKS
from handlers.understanding.meaning import INTENT_NAMES, Intent
from handlers.wording import typed
from storage.queries.readings import Said

ENOUGH = 40
"""Characters of a buyer's words that are shown."""


class MislabelledArguments(Arguments):
    """标错 名 [意图]."""

    who: Word = argument("名")
    intent: Annotated[str, StringConstraints(max_length=40)] = argument("意图", optional=True, rest=True)


def run(desk: Desk, args: MislabelledArguments) -> list[Effect]:
    """Correct the last words; without an intent, say how they were read and what can be typed."""
    one = desk.customer(args.who)
    said = desk.last_said(one)
    if said is None:
        raise Refused(f"{short(one.called)} 还没说过能读的话。")
    if not args.intent:
        how = shown(one, said, reading(said))
        return [Reply(f"{how}\n要改就打：标错 {typed(one)} 意图（{CHOICE}）")]
    return corrected(desk, one, said, wanted(args.intent))


def corrected(desk: Desk, one: Customer, said: Said, word: Wanted) -> list[Effect]:
    """These words are an example of this shop from now on."""
    before = read_as(said)
    complained = said.complaint >= 0.5
    intent = word.intent or before
    if word.intent is None and intent in (None, Intent.COMPLAINT):
        if ended := no_complaint(desk, said):
            return told_with(ended, [], f"这句该读成哪类也可以教我：标错 {typed(one)} 意图（{CHOICE}）")
        others = "、".join(name for key, name in INTENT_NAMES.items() if key is not Intent.COMPLAINT)
        what = f"{short(one.called)}“{short(said.text, ENOUGH)}”不是投诉"
        raise Refused(f"{what}，那是哪类？打：标错 {typed(one)} 意图（{others}）")
    assert intent is not None  # refused above
    complaint = _complains(intent, word, before, complained)
    was = f"原来读成 {name_of(before, complained)}" if before else "原来没读懂"
    if (intent, complaint) == (before, complained):
        was = "本来就是这么读的"
    lines = [
        f"记下了：{short(one.called)}“{short(said.text, ENOUGH)}”是 {name_of(intent, complaint)}（{was}）。",
        f"以后一样或差不多的话，都按 {name_of(intent, complaint)} 读。",
    ]
    if before in (Intent.HUMAN, Intent.OPT_OUT) and intent is not before:
        lines.append("不过找真人、退订的固定说法，还是先照规矩办。")
    if intent is Intent.OPT_OUT:
        lines.append(f"现在就不给他发问候、促销，打：停 {typed(one)}")
    kept = KeepExample(said.text[:LONGEST], intent.value, complaint, desk.seller, said.id)
    if complaint and not complained:  # what was missed is taken up now
        return [kept, *told_with(opened(desk, one, said.text), lines)]
    ended = no_complaint(desk, said) if not complaint else []
    return [kept, *told_with(ended, lines)]


def told_with(done: Sequence[Effect], before: Sequence[str], after: str = "") -> list[Effect]:
    """What ended or opened a complaint and its answer, in one answer with these lines."""
    replies = [effect.text for effect in done if isinstance(effect, Reply)]
    others = [effect for effect in done if not isinstance(effect, Reply)]
    return [*others, Reply("\n".join(filter(None, [*before, *replies, after])))]


def _complains(intent: Intent, word: Wanted, before: Intent | None, complained: bool) -> bool:
    """A word in place of 投诉 takes the complaint back; a calm 退换 put right as 物流 leaves it as it was."""
    if word.complaint is not None:
        return word.complaint
    if intent is Intent.COMPLAINT:
        return True
    return complained and before is not Intent.COMPLAINT and intent is not Intent.PRAISE


def shown(one: Customer, said: Said, how: str) -> str:
    """Who said what, and how it was read."""
    return f"{short(one.called)} 最后一句：“{short(said.text, ENOUGH)}”\n{how}"


def reading(said: Said) -> str:
    """How it was read, and how sure the bot was."""
    intent = read_as(said)
    if intent is None:
        return "这句没留下读法（升级前的，或者出了错）。"
    if said.because == MARKS:
        return f"我读成 {MARKS}"
    how_sure = SAID_SO if said.because == SAID_SO else _how_sure(said.certainty)
    return f"我读成 {name_of(intent, said.complaint >= 0.5)}（{how_sure}）"


def _how_sure(certainty: float) -> str:
    if certainty >= 0.8:
        return "很像"
    return "有点像" if certainty >= 0.5 else "拿不准"


COMMAND = Command(
    name="标错",
    does="买家最后一句读错了，告诉我该读成什么",
    example="标错 小丽 物流",
    arguments=MislabelledArguments,
    run=run,
    aliases=("mislabel", "改错", "读错"),
)
