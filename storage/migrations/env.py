"""Alembic's entry: the same engine settings as the program's."""

from alembic import context
from sqlmodel import SQLModel

import storage.rows  # noqa: F401 - registers every table
from storage.db import open_engine

engine = open_engine(context.config.attributes["url"], writer=True)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
