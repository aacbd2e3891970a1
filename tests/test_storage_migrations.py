"""The tables in code and the migrations say the same, on both databases."""

from storage.migrate import check_drift, pending


def test_migrations_lead_to_the_tables_in_code(database_url: str) -> None:
    assert not pending(database_url)
    check_drift(database_url)
