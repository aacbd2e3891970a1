"""`huitouke train`: the shipped corpus and the shop's own corrections → weights."""

from __future__ import annotations

import importlib.util
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from bot.core.settings import Settings
from handlers.understanding.examples import from_rows
from handlers.understanding.learned import Model
from handlers.understanding.learned.model import WEIGHTS
from handlers.understanding.learned.training import read_corpus, train
from handlers.understanding.meaning import Example
from handlers.understanding.reading import OWN_WEIGHTS, prepared
from handlers.understanding.tokens import Cutter
from storage.db import Database
from storage.load import shop_examples

_NOTHING = re.compile(r"(?!)")


class NotInstalled(Exception):
    """What only training needs is not there; the message says how to get it."""


def train_shipped(to: Path = WEIGHTS) -> str:
    """Train the shipped weights anew from the corpus alone."""
    model = trained(())
    model.save(to)
    return f"训练好了：{len(model.names)} 个特征，写进 {to}"


def train_shop(settings: Settings) -> str:
    """Train with this shop's corrections; the weights stand beside its data and count at the next start."""
    database = Database(settings.storage.url)
    try:
        with database.transaction() as connection:
            own = from_rows(shop_examples(connection))
        model = trained(own)
        to = Path(database.folder or ".") / OWN_WEIGHTS
        model.save(to)
    finally:
        database.close()
    return f"训练好了：你改过的 {len(own)} 句算进去了。重新启动后生效。"


def trained(own: Iterable[Example]) -> Model:
    """The model of the corpus and these corrections."""
    if importlib.util.find_spec("sklearn") is None:
        raise NotInstalled(
            "训练要用 scikit-learn，还没装：make test 会装好，"
            "或运行 .venv/bin/python -m pip install --require-hashes -r requirements-dev.lock"
        )
    click.echo("训练中，一两分钟 …", err=True)
    with tempfile.TemporaryDirectory() as folder:  # the same words whatever cache there is
        cutter = Cutter(_NOTHING)
        cutter.load(folder)
        return train(read_corpus(), own, prepared, cutter.cut)
