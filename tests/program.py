"""The program as a process of its own, forked from one that has read its code: in a tenth of the time.

It is killed, stopped and listened to like any other, and runs what the console script runs.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent


@cache
def _forks() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.preloaded"])
    return context


def _run(arguments: list[str], environment: dict[str, str], out: Connection, errors: str) -> None:
    from bot.__main__ import main

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(CHECKOUT)
    os.dup2(out.fileno(), 1)
    out.close()
    os.dup2(os.open(errors, os.O_WRONLY), 2)
    sys.argv = ["huitouke", *arguments]
    main(arguments)


class Program:
    """A started program; `stdout` is a pipe."""

    def __init__(self, *arguments: object, environment: Mapping[str, str] | None = None) -> None:
        reading, writing = _forks().Pipe(duplex=False)
        told, surroundings = [str(a) for a in arguments], dict(os.environ) | dict(environment or {})
        handle, name = tempfile.mkstemp(prefix="huitouke-errors-")
        os.close(handle)
        self._errors = Path(name)
        self._process = _forks().Process(target=_run, args=(told, surroundings, writing, name), daemon=True)
        self._process.start()
        writing.close()
        self.stdout = os.fdopen(os.dup(reading.fileno()), encoding="utf-8")
        reading.close()
        self._ended: subprocess.CompletedProcess[str] | None = None

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """The exit code, once it has ended; raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired("huitouke", timeout)
        return code

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def terminate(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    def ended(self, timeout: float) -> subprocess.CompletedProcess[str]:
        """Everything it said, once it has ended."""
        if self._ended is None:
            with self.stdout:
                said = self.stdout.read()
            code = self.wait(timeout)
            errors = self._errors.read_text(encoding="utf-8")
            self._errors.unlink()
            self._ended = subprocess.CompletedProcess("huitouke", code, said, errors)
        return self._ended


def huitouke(
    *arguments: object, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return Program(*arguments, environment=environment).ended(60)
