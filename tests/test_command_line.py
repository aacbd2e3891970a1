"""The command line as a user meets it: exit codes, one clear line per fault, never a traceback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.program import CHECKOUT, huitouke
from tests.shop import DATABASE, copy_config, running, start


def clean(done: subprocess.CompletedProcess[str]) -> bool:
    return "Traceback" not in done.stdout + done.stderr


def test_the_shipped_shop_is_in_order(tmp_path: Path) -> None:
    """With an interpreter of its own, as a user starts it."""
    command = [sys.executable, "-m", "bot", "check", "--config", str(copy_config(tmp_path))]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "没有问题" in done.stdout


def test_every_fault_is_named_by_its_path(tmp_path: Path) -> None:
    path = copy_config(tmp_path)
    text = path.read_text("utf-8")
    text = text.replace(
        "\naccounts:\n", "\naccounts:\n  - id: oa\n    channel: wechat_oa\n    token: ${NO_SUCH}\n"
    )
    text = text.replace("timezone: Asia/Shanghai", "timezone: Mars/Olympus").replace("undo: 5s", "undo: soon")
    path.write_text(text + "\nsurprise: 1\n", "utf-8")
    for command in ("check", "run", "migrate"):
        done = huitouke(command, "--config", path)
        assert done.returncode == 2 and clean(done)
        for fault in (
            "accounts[0].token: ",
            "accounts[0].app_id: ",
            "shop.timezone: ",
            "sending.undo: ",
            "surprise: ",
        ):
            assert any(line.startswith(fault) for line in done.stderr.splitlines()), (fault, done.stderr)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("fly",), 2),
        (("run", "--port", "70000"), 2),
        (("run", "--role", "king"), 2),
        (("check", "--config", "/nowhere/config.yaml"), 2),
        (("run", "--role", "web"), 2),
        (("run", "--host", "0.0.0.0"), 2),
        (("--help",), 0),
    ],
)
def test_bad_usage(arguments: tuple[str, ...], code: int) -> None:
    done = huitouke(*arguments)
    assert done.returncode == code and clean(done)
    assert done.stderr.strip() or code == 0


def test_a_database_that_is_none(tmp_path: Path) -> None:
    path = copy_config(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "huitouke.db").write_text("not a database")
    for command in ("run", "check", "migrate"):
        done = huitouke(command, "--config", path)
        assert done.returncode in (1, 2) and clean(done)
        assert done.stderr.startswith("storage.url: ")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    url = "postgresql://somebody:geheim@127.0.0.1:9/shop"
    path = copy_config(tmp_path, **{DATABASE: url})
    for command in ("run", "check", "migrate"):
        done = huitouke(command, "--config", path)
        assert done.returncode in (1, 2) and clean(done)
        assert "storage.url: " in done.stderr and "geheim" not in done.stdout + done.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = huitouke("run", "--config", copy_config(tmp_path), "--port", taken.getsockname()[1])
    assert done.returncode == 1 and clean(done) and "--port" in done.stderr


def test_an_unmigrated_postgresql_is_refused_until_migrated(tmp_path: Path, empty_postgres_url: str) -> None:
    path = copy_config(tmp_path, **{DATABASE: empty_postgres_url})
    refused = huitouke("run", "--config", path)
    assert refused.returncode == 1 and "huitouke migrate" in refused.stderr
    assert huitouke("migrate", "--config", path).returncode == 0
    with running(path) as shop:
        assert "129" in shop.say("alice", "面霜多少钱")[0]


def test_the_configuration_is_found_by_the_environment(tmp_path: Path) -> None:
    path = copy_config(tmp_path, **{"name: 小林护肤": "name: 另一家店"})
    with running(path) as shop:
        assert shop.call("/healthz")["shop"] == "另一家店"
    assert huitouke("check", environment={"HUITOUKE_CONFIG": str(tmp_path / "none.yaml")}).returncode == 2


def test_the_second_start_is_quick_and_a_stop_is_clean(tmp_path: Path) -> None:
    path = copy_config(tmp_path)
    first = start(path)
    first.say("alice", "面霜多少钱")
    assert first.stop() == 0
    began = time.monotonic()
    second = start(path)
    assert second.call("/healthz")["status"] == "ok"
    assert time.monotonic() - began < 10  # the promise is 3 s; a busy machine is no fault of ours
    assert "129" in second.received("alice")[0]
    assert second.stop() == 0


def test_the_log_has_no_words_names_or_secrets(tmp_path: Path) -> None:
    path = copy_config(tmp_path)
    shop = start(path, environment={"HUITOUKE_ADMIN_TOKEN": "very-secret-token", "HUITOUKE_LOG": "INFO"})
    shop.say("buyer-li-xiaohua", "我叫李小花，电话13912345678，住在幸福路88号，这个怎么样")
    shop.say("seller", "备注 buyer-li-xiaohua 皮肤敏感")
    shop.say("seller", "回 buyer-li-xiaohua 你好小花")
    shop.advance("1m")
    shop.process.terminate()
    ended = shop.process.ended(20)
    out, log = ended.stdout, ended.stderr
    for secret in (
        "李小花",
        "13912345678",
        "幸福路",
        "皮肤敏感",
        "你好小花",
        "buyer-li-xiaohua",
        "very-secret-token",
    ):
        assert secret not in log + out
    assert "started" in log and "stopped" in log
