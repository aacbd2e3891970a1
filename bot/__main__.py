"""The command line (CONTRACT §2): 0 done, 1 failed, 2 bad usage or bad configuration."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from aiohttp import web
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.app import ROLES, build
from bot.configuration import ConfigurationFaults, load
from bot.core.settings import LOOPBACK, Settings
from bot.logs import configure_logs
from handlers.tag_rules import TagRules
from handlers.understanding import Reader
from storage.migrate import migrate, pending

F = TypeVar("F", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """回头客：小店账号后面的助手。"""


def with_config(command: F) -> F:
    """The option that every command takes."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        default=lambda: Path(os.environ.get("HUITOUKE_CONFIG", "config.yaml")),
        help="配置文件，默认 config.yaml 或 $HUITOUKE_CONFIG",
    )(command)


def _settings(config: Path) -> Settings:
    try:
        return load(config, os.environ)
    except ConfigurationFaults as faults:
        for fault in faults.faults:
            click.echo(fault, err=True)
        sys.exit(2)


def _fail(why: str, code: int = 1) -> None:
    click.echo(why, err=True)
    sys.exit(code)


def _database_fault(error: Exception, settings: Settings) -> str:
    where = settings.storage.url.rpartition("@")[2]
    return f"storage.url: 数据库 {where} 用不了（{type(error).__name__}）：{str(error).splitlines()[0][:200]}"


@main.command()
@with_config
@click.option("--host", help="监听地址，默认用配置里的")
@click.option("--port", type=click.IntRange(0, 65535), help="端口，默认用配置里的；0 表示随便一个空的")
@click.option("--role", type=click.Choice(ROLES), default="all", help="web 和 worker 需要 PostgreSQL")
def run(config: Path, host: str | None, port: int | None, role: str) -> None:
    """开店：启动机器人。"""
    settings = _settings(config)
    host, port = host or settings.server.host, settings.server.port if port is None else port
    _check_role(settings, host, role)
    _prepare_database(settings)
    configure_logs(os.environ.get("HUITOUKE_LOG", "INFO").upper())
    try:
        listening = socket.create_server((host, port))
    except OSError as taken:
        _fail(f"server: {host}:{port} 用不了：{taken.strerror}。换个端口：huitouke run --port {port + 1}")
    address = f"http://{host}:{listening.getsockname()[1]}/"
    web.run_app(
        build(settings, role),
        sock=listening,
        access_log=None,
        print=lambda *_: click.echo(f"回头客开门了：{address}  （按 Ctrl+C 关店）"),
        shutdown_timeout=2.0,
    )


def _check_role(settings: Settings, host: str, role: str) -> None:
    if settings.sandbox.enabled and host not in LOOPBACK:
        _fail("sandbox.enabled: 沙盒只能在本机地址上开（--host 127.0.0.1）", 2)
    if role != "all" and not settings.storage.url.startswith("postgresql://"):
        _fail("--role: web 和 worker 分开跑需要 PostgreSQL（storage.url: postgresql://…）", 2)
    if role != "all" and settings.sandbox.enabled:
        _fail("--role: 沙盒开着的时候只能用 all（sandbox.enabled: false）", 2)


def _prepare_database(settings: Settings) -> None:
    try:
        if settings.storage.url.startswith("sqlite"):
            migrate(settings.storage.url)
        elif pending(settings.storage.url):
            _fail("storage.url: 数据库还没更新到这个版本，先运行 huitouke migrate")
    except (SQLAlchemyError, OSError) as error:
        _fail(_database_fault(error, settings))


@main.command()
@with_config
def check(config: Path) -> None:
    """检查配置、数据库、文案，每个问题一行。"""
    settings = _settings(config)
    try:
        if pending(settings.storage.url):
            click.echo(
                "storage.url: 数据库还没更新到这个版本，运行 huitouke migrate（SQLite 启动时会自动更新）"
            )
    except (SQLAlchemyError, OSError) as error:
        _fail(_database_fault(error, settings), 2)
    if faults := _failing_examples(settings):
        _fail("\n".join(faults), 2)
    click.echo(f"{config}: 没有问题。账号 {len(settings.accounts)} 个，商品 {len(settings.products)} 样。")


def _failing_examples(settings: Settings) -> list[str]:
    """The examples of the tag rules that are not as they say; without examples, nothing is loaded."""
    if not any(rule.examples.hits or rule.examples.misses for rule in settings.tags):
        return []
    reader = Reader(settings)
    reader.lexicon.warm()
    return list(TagRules(settings.tags, reader.lexicon.cutter).failing_examples(reader))


@main.command("migrate")
@with_config
def migrate_command(config: Path) -> None:
    """把数据库更新到这个版本。"""
    settings = _settings(config)
    try:
        migrate(settings.storage.url)
    except (SQLAlchemyError, OSError) as error:
        _fail(_database_fault(error, settings))
    click.echo("数据库是最新的。")


@main.command("eval")
@with_config
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--worst", "most", type=click.IntRange(0, 1000), default=20, help="列出错得最有把握的几行")
def evaluate(config: Path, file: Path, as_json: bool, most: int) -> None:
    """量一量它听懂了多少：FILE 每行 {"text", "intent", "complaint"}。"""
    from bot.evaluation import BadLine, judged, read_lines, report  # noqa: PLC0415 - of no use to others

    settings = _settings(config)
    reader = Reader(settings)
    reader.warm(str(Path(make_url(settings.storage.url).database or ".").parent))
    try:
        lines = judged(reader, read_lines(file))
    except (OSError, UnicodeDecodeError, BadLine) as wrong:
        _fail(f"{file}: {wrong}", 2)
    click.echo(report(lines, as_json=as_json, most=most))


@main.command()
@with_config
@click.option("--shipped", is_flag=True, help="只用自带的例句重新训练自带的权重（给改程序的人）")
def train(config: Path, shipped: bool) -> None:
    """用自带的例句和你标错改过的话，重新训练它的理解；一两分钟。"""
    from bot.training import NotInstalled, train_shipped, train_shop  # noqa: PLC0415 - of no use to others

    settings = _settings(config)
    try:
        click.echo(train_shipped() if shipped else train_shop(settings))
    except NotInstalled as missing:
        _fail(str(missing))
    except (SQLAlchemyError, OSError) as error:
        _fail(_database_fault(error, settings))


@main.command()
@with_config
@click.option("--seconds", type=click.FloatRange(0.5, 600), default=5.0, help="每轮量多久")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def bench(config: Path, seconds: float, as_json: bool) -> None:
    """量一量这台机器上有多快。"""
    from benchmarks import callbacks, reading  # noqa: PLC0415 - of no use to any other command

    _settings(config)
    figures = reading.measure(config) | callbacks.measure(config, seconds)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for name, figure in figures.items():
        ratio = f"  裸跑的 {figure['ratio_to_bare']:.3f}" if "ratio_to_bare" in figure else ""
        click.echo(f"{name:<20} {figure['value']:>8} {figure['unit']}{ratio}")


if __name__ == "__main__":
    main()
