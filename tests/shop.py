"""The real program as a process of its own: started, spoken to over HTTP, killed."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.program import CHECKOUT, Program

SHIPPED = CHECKOUT / "config.yaml"
DATABASE = "sqlite:///data/huitouke.db"
"""As the shipped configuration has it: what `copy_config` puts another one for."""


@dataclass
class RunningShop:
    """A started program; `url` has no slash at its end."""

    process: Program
    url: str

    def call(self, path: str, body: Any = None) -> Any:
        """GET, or POST `body` as JSON; the JSON of the answer. Raises urllib's HTTPError for 4xx and 5xx."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def say(self, who: str, text: str, **more: str) -> list[str]:
        """Type on a sandbox phone; the texts of the answer."""
        answered = self.call("/sandbox/messages", {"from": who, "text": text} | more)
        return [reply["text"] for reply in answered["replies"]]

    def phone(self, who: str, after: int = 0) -> list[dict[str, Any]]:
        """What a sandbox phone shows."""
        shown = self.call(f"/sandbox/messages?with={urllib.parse.quote(who)}&after={after}")
        return list(shown["messages"])

    def received(self, who: str) -> list[str]:
        """The texts that have come to a sandbox phone."""
        return [m["text"] for m in self.phone(who) if m["direction"] == "out"]

    def advance(self, span: str) -> str:
        """Move the clock; the bot's time."""
        return str(self.call("/sandbox/clock", {"advance": span})["now"])

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self._gone(15)

    def _gone(self, seconds: float) -> int:
        return self.process.ended(seconds).returncode

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self._gone(15)


def start(config: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> RunningShop:
    """Start `huitouke run` on a free port and wait until it listens."""
    quietly = {"HUITOUKE_LOG": "WARNING"} | dict(environment or {})
    process = Program("run", "--config", config, "--port", "0", *arguments, environment=quietly)
    line = process.stdout.readline()
    if "http://" not in line:
        process.kill()
        raise RuntimeError(f"the program did not start: {line!r} {process.ended(15)}")
    return RunningShop(process, "http://" + line.split("http://")[1].split("/")[0])


@contextmanager
def running(
    config: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[RunningShop]:
    """The same, stopped at the end."""
    shop = start(config, *arguments, environment=environment)
    try:
        yield shop
    finally:
        shop.kill()


def copy_config(folder: Path, **replacements: str) -> Path:
    """The shipped configuration in a folder of its own, with some of its text replaced.

    Another database stands in the `.env` beside it: the file itself stays what has been read before.
    Without the report that comes on Mondays: a test does not depend on the day on which it runs.
    """
    text = SHIPPED.read_text(encoding="utf-8").replace("report: true", "report: false")
    if (url := replacements.get(DATABASE)) is not None:
        (folder / ".env").write_text(f"DATABASE={url}\n", encoding="utf-8")
        replacements = replacements | {DATABASE: "${DATABASE}"}
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path
