"""The full Official Account path against a bare aiohttp application, in turn, in one run."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TOKEN = "benchmark-token"
ORIGINAL_ID = "gh_benchmark"
CONNECTIONS = 64
PEOPLE = 2000
ROUNDS = 3


def measure(config: Path, seconds: float) -> dict[str, dict[str, Any]]:
    """Throughput, p99 and memory of `huitouke run` with `config`'s shop, beside the bare application's."""
    ours, bare = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        _started([sys.executable, "-m", "benchmarks.bare"]) as yardstick,
    ):
        shop = [
            sys.executable,
            "-m",
            "bot",
            "run",
            "--port",
            "0",
            "--config",
            str(_shop(config, Path(folder))),
        ]
        with _started(shop) as url:
            for number in range(ROUNDS):
                print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
                bare.append(_press(yardstick, seconds))
                ours.append(_press(url, seconds))
            memory = _memory(url)
    ratio = statistics.median(o["per_second"] / b["per_second"] for o, b in zip(ours, bare, strict=True))
    return {
        "oa_callbacks": {
            "value": round(statistics.median(o["per_second"] for o in ours)),
            "unit": "messages/s",
            "ratio_to_bare": round(ratio, 3),
            "bare": round(statistics.median(b["per_second"] for b in bare)),
            "connections": CONNECTIONS,
        },
        "oa_callbacks_p99": {"value": round(statistics.median(o["p99_ms"] for o in ours), 1), "unit": "ms"},
        "memory": {"value": round(memory / 2**20), "unit": "MB"},
    }


def _shop(config: Path, folder: Path) -> Path:
    """The same shop with an Official Account in plaintext mode beside its sandbox, and an empty database."""
    account = (
        f"accounts:\n  - id: oa\n    channel: wechat_oa\n    original_id: {ORIGINAL_ID}\n    app_id: wx0\n"
        f"    app_secret: none\n    token: {TOKEN}\n    api_base: http://127.0.0.1:9\n"
    )
    text = re.sub(r"(?m)^accounts:\n", account, config.read_text(encoding="utf-8"), count=1)
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def _started(command: list[str]) -> Iterator[str]:
    quiet = os.environ | {"HUITOUKE_LOG": "ERROR"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "http://" not in line:
            raise RuntimeError(f"did not start: {line}")
        yield "http://" + line.split("http://")[1].split("/")[0]
    finally:
        process.kill()
        process.communicate()


def _press(url: str, seconds: float) -> dict[str, Any]:
    asked = (f"{url}/callback/oa", TOKEN, ORIGINAL_ID, str(CONNECTIONS), str(seconds), str(PEOPLE))
    done = subprocess.run([sys.executable, "-m", "benchmarks.load", *asked], check=True, capture_output=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _memory(url: str) -> float:
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        figures = answer.read().decode()
    found = re.search(r"(?m)^process_resident_memory_bytes ([\d.e+]+)", figures)
    return float(found[1]) if found else 0.0
