"""The golden stories (tests/stories/*.yaml) over every channel, each against a strict fake of its platform.

A story says by data what it asks of a platform (`needs`, of tests.worlds.NEEDS), where it is not played and why
(`not`), and whether its kills must be real ones (`process`). tests/stories/README.md is the table of it all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.open_shop import OpenShop, ProcessShop
from tests.world import OwnApp, World
from tests.worlds import NEEDS, PLACES, opened

FOLDER = Path(__file__).parent / "stories"
BUYERS = ("alice", "bob")
KEYS = {"title", "needs", "not", "process", "steps"}
NAMED = {
    "sale": ("sale",),
    "complaint": ("complaint",),
    "opt-out": ("opt_out",),
    "take-over": ("take_over",),
    "seller commands": ("commands_here", "buyer_cannot_command", "undo"),
    "kill -9": ("killed",),
    "duplicate delivery": ("duplicate",),
    "window closed": ("window_closed", "window_none"),
}
"""The stories that issue 7 names; one of each is played on every platform."""


def _told(path: Path) -> dict[str, Any]:
    story = dict(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
    assert not set(story) - KEYS and not set(story.get("needs", ())) - set(NEEDS), path
    assert set(story.get("not", ())) <= {place.kind.channel for place in PLACES.values()}, path
    return story


STORIES = {path.stem: _told(path) for path in sorted(FOLDER.glob("*.yaml"))}


def why_not(story: str, place: str) -> str:
    """Why it is not played there; empty if it is."""
    told, (kind, _, only) = STORIES[story], PLACES[place]
    if kind.channel in told.get("not", {}):
        return str(told["not"][kind.channel])
    for need in told.get("needs", ()):
        if need not in kind.can:
            return NEEDS[need]
    return f"和 {kind.channel} 一样" if only and story not in only else ""


def cases() -> list[Any]:
    """Every story in every world that it can be played in."""
    return [
        pytest.param(story, place, id=f"{story}-{place}")
        for story in STORIES
        for place in PLACES
        if not why_not(story, place)
    ]


async def sees(world: World, who: str, words: list[Any]) -> None:
    new = "\n".join(await world.new(who))
    for word in words:
        assert _called(world, word) in new, f"{who} does not see {word}: {new}"


def _called(world: World, word: Any) -> str:
    return world.name(word) if word in BUYERS else str(word)


async def saw(world: World, who: str, verb: str, words: str) -> None:
    """How often it stands on the phone."""
    count = sum(words in text for text in await world.seen(who))
    assert count == {"saw once": 1, "never saw": 0}[verb], f"{who} saw {words} {count} times"


async def says(world: World, who: str, words: str, expected: list[Any] | None) -> None:
    """expected: what is in the answer; [] for no answer; None for whatever it is."""
    answer = "\n".join(await world.say(who, words))
    if expected is None:
        return
    assert bool(answer) == bool(expected), f"the answer to {words}: {answer}"
    for word in expected:
        assert _called(world, word) in answer, f"{word} is not in the answer to {words}: {answer}"


async def play(world: World, step: dict[str, Any]) -> None:
    """One step, in the words of the stories."""
    what, value = next(iter(step.items()))
    line = str(value).format(**{who: world.name(who) for who in BUYERS})
    who, _, verb = what.partition(" ")
    match verb:
        case "-9":
            await world.kill()
        case "-9 while sending":
            await world.killed_while_sending(line)
        case "sees":
            await sees(world, who, value)
        case "saw nothing more":
            assert not (more := await world.new(who)), more
        case "saw once" | "never saw":
            await saw(world, who, verb, line)
        case "again":
            for _ in range(value):
                await world.again(who)
        case "" if what == "pass":
            await world.advance(value)
        case "":
            await says(world, who, line, step.get("answer"))
        case _:
            assert isinstance(world, OwnApp) and verb.startswith("to "), step
            await world.say_as_seller(verb.removeprefix("to "), line)


@pytest.mark.parametrize(("story", "place"), cases())
async def test_story(story: str, place: str, tmp_path: Path) -> None:
    told = STORIES[story]
    async with opened(place, tmp_path, ProcessShop if told.get("process") else OpenShop) as world:
        for step in told["steps"]:
            await play(world, step)


async def test_a_complaint_survives_a_kill_between_any_two_steps(tmp_path: Path) -> None:
    async with opened("sandbox", tmp_path, OpenShop) as world:
        for step in STORIES["complaint_nine_steps"]["steps"]:
            await play(world, step)
            await world.kill()


# --- the table


def test_what_issue_7_names_is_played_everywhere() -> None:
    for named, stories in NAMED.items():
        for place, (_, _, only) in PLACES.items():
            reasons = {story: why_not(story, place) for story in stories}
            assert only or not all(reasons.values()), f"{named} is not played on {place}: {reasons}"


def test_the_table_is_up_to_date() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == table(), (
        "tests/stories/README.md: python -m tests.test_stories > tests/stories/README.md"
    )


def table() -> str:
    """Story by platform, as Markdown."""
    places = [place for place, (_, _, only) in PLACES.items() if not only]
    lines = [
        "# What is played where",
        "",
        f"| story | {' | '.join(places)} |",
        "|---" * (len(places) + 1) + "|",
    ]
    names = {story: name for name, stories in NAMED.items() for story in stories}
    reasons: list[str] = []
    for story, told in STORIES.items():
        marks = [_mark(why_not(story, place), reasons) for place in places]
        named = f" (**{names[story]}**)" if story in names else ""
        lines.append(f"| `{story}` {told['title']}{named} | {' | '.join(marks)} |")
    lines += ["", *(f"{number}. {why}" for number, why in enumerate(reasons, 1)), ""]
    lines += ["Bold: what issue 7 names. Another connection of the same platform plays what shows it:", ""]
    lines += [f"- {place}: {', '.join(only)}" for place, (_, _, only) in PLACES.items() if only]
    return "\n".join(lines) + "\n"


def _mark(why: str, reasons: list[str]) -> str:
    if why and why not in reasons:
        reasons.append(why)
    return f"({reasons.index(why) + 1})" if why else "✓"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201
