"""What every test may ask for: a migrated database of either kind, and the shipped shop's settings."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from sqlmodel import SQLModel

from bot.configuration import load
from bot.core.settings import Settings
from bot.logs import configure_logs
from storage.db import Database
from storage.migrate import migrate
from tests import quick
from tests.when import begin, migrated

CHECKOUT = Path(__file__).parent.parent
POSTGRES = os.environ.get("HUITOUKE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


configure_logs("DEBUG")  # as when it runs: structlog's own way prints every local of a traceback, in seconds
quick.read_files_once()
hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of ours
hypothesis.settings.load_profile("untimed")


def not_here(reason: str) -> None:
    """Skip with the reason printed; where everything must be there (CI=true) that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def applications_that_are_closed_are_gone() -> Iterator[None]:
    yield
    quick.forget_applications()


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The shipped config.yaml."""
    return load(CHECKOUT / "config.yaml", {})


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[str]:
    """The name of a migrated PostgreSQL database, for one test after the other."""
    name = f"huitouke_test_{uuid.uuid4().hex[:12]}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as unreachable:
        not_here(f"no PostgreSQL at {POSTGRES.rpartition('@')[2]} ({type(unreachable).__name__})")
    with admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            migrate(beside(name))
            yield name
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def beside(name: str) -> str:
    """The URL of another database on the test server."""
    return POSTGRES.rpartition("/")[0] + f"/{name}"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'shop.db')}"


_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_NUMBERS = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE last_value IS NOT NULL
"""


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """A migrated PostgreSQL database as if fresh: emptied, which takes a hundredth of making one."""
    with psycopg.connect(beside(postgres_database)) as connection:
        connection.execute(_OTHERS)
        connection.execute("SET LOCAL session_replication_role = replica")  # in any order of the tables
        for name in SQLModel.metadata.tables:
            connection.execute(f'DELETE FROM "{name}"')
        connection.execute(_NUMBERS)
    begin(beside(postgres_database))
    return beside(postgres_database)


@pytest.fixture
def empty_postgres_url(postgres_database: str) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    name = f"huitouke_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield beside(name)
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, opened."""
    opened = Database(database_url)
    yield opened
    opened.close()
