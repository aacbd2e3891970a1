"""`erase`, `export-person`: what one person may ask of the shop."""

from __future__ import annotations

from pathlib import Path

import click

from bot.command_line.common import FILE, fail, main, prepare_database, settings_of, sheet_faults, with_config
from bot.core.customer import Customer
from bot.core.settings import Settings


@main.command("erase")
@with_config
@click.argument("customer")
@click.option("--yes", is_flag=True, help="不再问一遍")
def erase_command(config: Path, customer: str, yes: bool) -> None:
    """删除一个人的全部资料：名字、电话、#编号或渠道ID。不能恢复。"""
    from bot import persons

    settings = settings_of(config)
    with sheet_faults(settings):
        one = _one_person(settings, customer)
        if not yes:
            asked = f"删除 {persons.shown(one)} 的全部资料，不能恢复。删吗"
            click.confirm(asked, abort=True, err=True)
        persons.erase(settings, one)
    click.echo(f"#{one.id} 的资料删了。")


@main.command("export-person")
@with_config
@click.argument("customer")
@click.argument("file", type=FILE)
def export_person_command(config: Path, customer: str, file: Path) -> None:
    """导出一个人的全部资料（.json 原样；.xlsx、.csv 一行一条）。"""
    from bot.exporting import export_person

    settings = settings_of(config)
    with sheet_faults(settings):
        one = _one_person(settings, customer)
        count = export_person(file, settings, one)
    click.echo(f"{file}：{count} 条")


def _one_person(settings: Settings, name: str) -> Customer:
    from bot.persons import NotOne, one_person

    prepare_database(settings)
    try:
        return one_person(settings, name)
    except NotOne as unclear:
        fail(str(unclear), 2 if unclear.people else 1)
