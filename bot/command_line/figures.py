"""`preview`, `bench`: what is to come, and how fast this machine is."""

from __future__ import annotations

import json
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from bot.command_line.common import database_fault, fail, main, prepare_database, settings_of, with_config


@main.command("preview")
@with_config
@click.option("--days", type=click.IntRange(1, 366), default=30, help="往后看几天")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def preview_command(config: Path, days: int, as_json: bool) -> None:
    """往后几天会发什么给谁，哪些不发、为什么；什么都不会真的发。"""
    from bot.app import foreseen
    from bot.preview import as_json as shown

    settings = settings_of(config)
    prepare_database(settings)
    try:
        found = shown(foreseen(settings, days), settings)
    except (SQLAlchemyError, OSError) as error:
        fail(database_fault(error, settings))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for push in found["pushes"]:
        why = f"（{push['reason']}）" if push["reason"] else ""
        name = push["rule"] or push["kind"]
        click.echo(f"{push['at'][:16]} {push['decision']:<4} {push['customer']} {name}：{push['text']}{why}")
    click.echo(f"{days} 天，{len(found['pushes'])} 条")


@main.command()
@with_config
@click.option("--seconds", type=click.FloatRange(0.5, 600), default=5.0, help="每轮量多久")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def bench(config: Path, seconds: float, as_json: bool) -> None:
    """量一量这台机器上有多快。"""
    from benchmarks import callbacks, importing, planning, reading

    settings_of(config)
    figures = reading.measure(config) | callbacks.measure(config, seconds) | importing.measure(config)
    figures |= planning.measure(config)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for name, figure in figures.items():
        ratio = f"  裸跑的 {figure['ratio_to_bare']:.3f}" if "ratio_to_bare" in figure else ""
        click.echo(f"{name:<26} {figure['value']:>8} {figure['unit']}{ratio}")
