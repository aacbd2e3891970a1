"""`run`, `check`, `migrate`: the shop opens, and is seen to be fit to open."""

from __future__ import annotations

import gc
import os
import socket
from pathlib import Path

import click
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.app import ROLES, build
from bot.command_line.common import database_fault, fail, main, prepare_database, settings_of, with_config
from bot.command_line.remarks import only_in_one_process, remarks
from bot.core.settings import LOOPBACK, Settings
from bot.logs import configure_logs
from handlers.tag_rules import TagRules
from handlers.understanding import Reader
from storage.migrate import migrate, pending


@main.command()
@with_config
@click.option("--host", help="监听地址，默认用配置里的")
@click.option("--port", type=click.IntRange(0, 65535), help="端口，默认用配置里的；0 表示随便一个空的")
@click.option("--role", type=click.Choice(ROLES), default="all", help="web 和 worker 需要 PostgreSQL")
def run(config: Path, host: str | None, port: int | None, role: str) -> None:
    """开店：启动机器人。"""
    settings = settings_of(config)
    host, port = host or settings.server.host, settings.server.port if port is None else port
    _check_role(settings, host, role)
    prepare_database(settings)
    configure_logs(os.environ.get("HUITOUKE_LOG", "INFO").upper())
    try:
        listening = socket.create_server((host, port))
    except OSError as taken:
        fail(f"server: {host}:{port} 用不了：{taken.strerror}。换个端口：huitouke run --port {port + 1}")
    address = f"http://{host}:{listening.getsockname()[1]}/"
    web.run_app(
        # half a million words stay for good; going through them again and again stops everything for 0.1 s
        build(settings, role, warmed=gc.freeze),
        sock=listening,
        access_log=None,
        print=lambda *_: click.echo(f"回头客开门了：{address}  （按 Ctrl+C 关店）"),
        shutdown_timeout=2.0,
    )


def _check_role(settings: Settings, host: str, role: str) -> None:
    if settings.sandbox.enabled and host not in LOOPBACK:
        fail("sandbox.enabled: 沙盒只能在本机地址上开（--host 127.0.0.1）", 2)
    if role != "all" and not settings.storage.url.startswith("postgresql://"):
        fail("--role: web 和 worker 分开跑需要 PostgreSQL（storage.url: postgresql://…）", 2)
    if role != "all" and settings.sandbox.enabled:
        fail("--role: 沙盒开着的时候只能用 all（sandbox.enabled: false）", 2)
    if role != "all" and (alone := list(only_in_one_process(settings))):
        fail("\n".join(alone), 2)


@main.command()
@with_config
def check(config: Path) -> None:
    """检查配置、数据库、文案，每个问题一行。"""
    settings = settings_of(config)
    try:
        if pending(settings.storage.url):
            click.echo(
                "storage.url: 数据库还没更新到这个版本，运行 huitouke migrate（SQLite 启动时会自动更新）"
            )
    except (SQLAlchemyError, OSError) as error:
        fail(database_fault(error, settings), 2)
    for line in remarks(settings):
        click.echo(line)
    if faults := _failing_examples(settings):
        fail("\n".join(faults), 2)
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
    settings = settings_of(config)
    try:
        migrate(settings.storage.url)
    except (SQLAlchemyError, OSError) as error:
        fail(database_fault(error, settings))
    click.echo("数据库是最新的。")
