"""`import`, `export`: tables of customers and orders, in and out."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import click

from bot.command_line.common import (
    FILE,
    main,
    opened,
    prepare_database,
    progress,
    settings_of,
    sheet_faults,
    with_config,
)
from storage.sheets import SheetKind

_KINDS = click.Choice([kind.value for kind in SheetKind])
_IMPORTED = click.Choice([SheetKind.CUSTOMERS.value, SheetKind.ORDERS.value])


@main.command("import")
@with_config
@click.argument("file", type=FILE)
@click.option("--kind", type=_IMPORTED, help="客户表还是订单表；不写就看表头")
@click.option("--dry-run", is_flag=True, help="只看结果，不写入")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def import_command(config: Path, file: Path, kind: str | None, dry_run: bool, as_json: bool) -> None:
    """导入客户表或订单表（.xlsx、.csv）；同一个文件再导一次，什么都不变。"""
    from bot import importing

    settings = settings_of(config)
    gc.freeze()  # what is there stays; looking for rings among millions of short-lived cells finds none
    gc.set_threshold(3_000, 10, 5)
    with sheet_faults(settings), progress("导入") as told:
        result = importing.import_file(
            file,
            settings,
            lambda: opened(settings),
            kind=SheetKind(kind) if kind else None,
            dry_run=dry_run,
            told=told,
        )
    if as_json:
        click.echo(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        click.echo(importing.summary(result, dry_run=dry_run))


@main.command("export")
@with_config
@click.argument("file", type=FILE)
@click.option("--kind", type=_KINDS, default=SheetKind.CUSTOMERS.value, help="导出什么，默认客户")
def export_command(config: Path, file: Path, kind: str) -> None:
    """导出客户、订单、投诉或消息（.xlsx、.csv）；客户和订单改好还能再导入。"""
    from bot.exporting import export_file

    settings = settings_of(config)
    with sheet_faults(settings), progress("导出") as told:
        prepare_database(settings)
        count = export_file(file, settings, SheetKind(kind), told)
    click.echo(f"{file}：{count} 行")
