from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.settings import Settings
from tests.importing.shop import Shop, settings_at


@pytest.fixture
def shop(settings: Settings, database_url: str, tmp_path: Path) -> Shop:
    """A shop on a database of each kind."""
    return Shop(settings_at(settings, database_url), database_url, tmp_path)


@pytest.fixture
def small_shop(settings: Settings, sqlite_url: str, tmp_path: Path) -> Shop:
    """A shop on SQLite, for what has nothing to do with the database."""
    return Shop(settings_at(settings, sqlite_url), sqlite_url, tmp_path)
