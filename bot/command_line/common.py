"""What the commands share: the option, the configuration, the database, and one clear line for a fault."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from bot.configuration import ConfigurationFaults, load
from bot.core.settings import Settings
from storage.db import Database
from storage.migrate import migrate, pending
from storage.sheets import SheetFault

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


def settings_of(config: Path) -> Settings:
    """The configuration in force; its faults are said and end the program."""
    try:
        return load(config, os.environ)
    except ConfigurationFaults as faults:
        for fault in faults.faults:
            click.echo(fault, err=True)
        sys.exit(2)


def fail(why: str, code: int = 1) -> NoReturn:
    """Say why, and end the program."""
    click.echo(why, err=True)
    sys.exit(code)


def database_fault(error: Exception, settings: Settings) -> str:
    """What is wrong with the database, without its password."""
    where = settings.storage.url.rpartition("@")[2]
    return f"storage.url: 数据库 {where} 用不了（{type(error).__name__}）：{str(error).splitlines()[0][:200]}"


def prepare_database(settings: Settings) -> None:
    """The database as this version wants it, or the program ends."""
    try:
        if settings.storage.url.startswith("sqlite"):
            migrate(settings.storage.url)
        elif pending(settings.storage.url):
            fail("storage.url: 数据库还没更新到这个版本，先运行 huitouke migrate")
    except (SQLAlchemyError, OSError) as error:
        fail(database_fault(error, settings))


FILE = click.Path(path_type=Path)


def opened(settings: Settings) -> Database:
    """The database, ready."""
    prepare_database(settings)
    return Database(settings.storage.url)


@contextmanager
def sheet_faults(settings: Settings) -> Iterator[None]:
    """One clear line for a file that cannot be read or written, or a database that is none."""
    try:
        yield
    except SheetFault as fault:
        fail(str(fault), 2)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        fail(database_fault(error, settings))


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None]]:
    """A bar on stderr while somebody looks at it; takes the share that is done."""
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield lambda share: bar.update(int(share * 100) - bar.pos)
