"""config.yaml → Settings, or every fault of the file at once (CONTRACT §3)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.configuration.faults import ConfigurationFaults
from bot.configuration.reading import Reader
from bot.configuration.words import explained
from bot.core.settings import Settings
from handlers.care.checking import faults as care_faults

__all__ = ["ConfigurationFaults", "load", "located"]


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read `path`, the files it includes and the `.env` beside it; `environ` wins over `.env`.

    A relative SQLite file of `storage.url` is relative to the folder of `path`; the settings returned
    hold it as an absolute path. Raises ConfigurationFaults, and nothing else, for what a user can get wrong.
    """
    reader = Reader(path)
    try:
        reader.read_environment(environ)
        data = reader.read_blocks()
        settings = _validated(data, reader)
    except RecursionError:
        raise ConfigurationFaults([f"{path}: 层次太深，这不像一份配置"]) from None
    if settings is not None:
        for place, why in care_faults(settings):
            reader.fault(place, why)
    if settings is None or not reader.sound:
        raise ConfigurationFaults(reader.report())
    storage = settings.storage.model_copy(update={"url": located(settings.storage.url, path.parent)})
    return settings.model_copy(update={"storage": storage})


def located(url: str, folder: Path) -> str:
    """`sqlite:///data/x.db` with its file under `folder`; any other URL, `:memory:` too, unchanged."""
    prefix = "sqlite:///"
    name, mark, options = url.removeprefix(prefix).partition("?")
    if (
        not url.startswith(prefix)
        or name in ("", ":memory:")
        or name.startswith("file:")
        or Path(name).is_absolute()
    ):
        return url
    return f"{prefix}{(folder.absolute() / name).as_posix()}{mark}{options}"


def _validated(data: dict[str, Any], reader: Reader) -> Settings | None:
    try:
        settings = Settings.model_validate(data)
    except ValidationError as invalid:
        for place, why in explained(invalid, data, reader.hidden).items():
            if not any(place[: len(lack)] == lack for lack in reader.missing):
                reader.fault(place, "；或者".join(dict.fromkeys(why)))
        return None
    return settings if reader.sound else None
