"""`eval`, `train`: how much is understood, and how it learns more."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.command_line.common import database_fault, fail, main, settings_of, with_config
from handlers.understanding import Reader


@main.command("eval")
@with_config
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--worst", "most", type=click.IntRange(0, 1000), default=20, help="列出错得最有把握的几行")
def evaluate(config: Path, file: Path, as_json: bool, most: int) -> None:
    """量一量它听懂了多少：FILE 每行 {"text", "intent", "complaint"}。"""
    from bot.evaluation import BadLine, judged, read_lines, report

    settings = settings_of(config)
    reader = Reader(settings)
    reader.warm(str(Path(make_url(settings.storage.url).database or ".").parent))
    try:
        lines = judged(reader, read_lines(file))
    except (OSError, UnicodeDecodeError, BadLine) as wrong:
        fail(f"{file}: {wrong}", 2)
    click.echo(report(lines, as_json=as_json, most=most))


@main.command()
@with_config
@click.option("--shipped", is_flag=True, help="只用自带的例句重新训练自带的权重（给改程序的人）")
def train(config: Path, shipped: bool) -> None:
    """用自带的例句和你标错改过的话，重新训练它的理解；一两分钟。"""
    from bot.training import NotInstalled, train_shipped, train_shop

    settings = settings_of(config)
    try:
        click.echo(train_shipped() if shipped else train_shop(settings))
    except NotInstalled as missing:
        fail(str(missing))
    except (SQLAlchemyError, OSError) as error:
        fail(database_fault(error, settings))
