"""What the columns of all tables are made of, and how keys and indexes are named."""

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, Table, Text
from sqlmodel import Field, SQLModel

from bot.core.customer import SAID_FOR_GOOD
from storage.columns import BigId, Moment, Yuan

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def own_id() -> Any:
    """A table's own number."""
    return Field(default=None, sa_type=BigId, primary_key=True)


def link_to(table: str, *, index: bool = True, nullable: bool = False) -> Any:
    """The number of a row of another table."""
    return Field(default=None, sa_type=BigId, foreign_key=f"{table}.id", index=index, nullable=nullable)


def whose(*, index: bool = True) -> Any:
    """The number of the customer whom this is about."""
    return Field(sa_type=BigId, foreign_key="customer.id", index=index)


def moment(*, index: bool = False) -> Any:
    """When it was; always known."""
    return Field(sa_type=Moment, index=index)


def maybe_moment() -> Any:
    """When it was, or None."""
    return Field(default=None, sa_type=Moment, nullable=True)


def long_text() -> Any:
    """Text of any length; empty where it was not said."""
    return Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


def share() -> Any:
    """From 0 to 1."""
    return Field(default=0.0, sa_column_kwargs={"server_default": "0"})


def nothing_yet() -> Any:
    """Yuan; none, on rows older than the column."""
    return Field(default=Decimal(0), sa_type=Yuan, sa_column_kwargs={"server_default": "0"})


def said_for_good() -> Any:
    """Who has said so (`Order`); for good, on rows older than the column."""
    return Field(default=SAID_FOR_GOOD, sa_column_kwargs={"server_default": str(SAID_FOR_GOOD)})


def none_yet() -> Any:
    """A number; 0 on rows older than the column."""
    return Field(default=0, sa_column_kwargs={"server_default": "0"})


def json_object() -> Any:
    """A JSON object; empty where nothing is known."""
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))


def table(row: type[SQLModel]) -> Table:
    """The table behind a row class."""
    return SQLModel.metadata.tables[str(row.__tablename__)]
