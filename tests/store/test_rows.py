"""Promises of bulk writing, of the types, and of what each kind of database gives back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nightclerk.store import Store
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def content(number: int, **values: Any) -> dict[str, Any]:
    """A row of the simplest table."""
    return {"sha256": f"{number:064}", "size_bytes": 0, "media_type": "", "first_seen_at": NOW, **values}


def stored(store: Store, table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """The table's only row, written and read back."""

    def write(conn: sa.Connection) -> None:
        conn.execute(sa.delete(table))
        insert_new(conn, table, [row])

    store.write_now(write)
    return store.read(lambda conn: dict(conn.execute(sa.select(table)).mappings().one()))


def test_only_new_rows_are_counted_and_old_ones_stay(store: Store) -> None:
    """`insert_new` says how many were new, across hundreds of rows and repetitions inside them, and changes none that is there."""
    assert store.write_now(insert_new, t.contents, [content(number) for number in range(10)]) == 10
    again = [content(number, media_type="other") for number in range(5, 700)]
    assert store.write_now(insert_new, t.contents, [*again, *again]) == 690
    assert store.write_now(insert_new, t.contents, again) == 0
    assert store.write_now(insert_new, t.contents, []) == 0
    types = store.read(lambda conn: conn.execute(sa.select(t.contents.c.media_type).order_by(t.contents.c.sha256)).scalars().all())
    assert types == [""] * 10 + ["other"] * 690


def test_a_second_unique_key_counts_as_there(store: Store) -> None:
    """A row whose other unique columns are taken is not new either, and is no error."""
    one = {"id": "a", "name": "Deal", "created_at": NOW}
    assert store.write_now(insert_new, t.collections, [one]) == 1
    assert store.write_now(insert_new, t.collections, [{**one, "id": "b"}]) == 0


def test_rows_of_one_insert_have_the_same_columns(store: Store) -> None:
    """A column that only a later row has would be dropped without a word, so it is an error."""
    with pytest.raises(ValueError, match="same columns"):
        store.write_now(insert_new, t.collections, [{"id": "a", "name": "A", "created_at": NOW}, {**content(1)}])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moment=st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2999, 1, 1)),  # noqa: DTZ001 - the zone comes below
    offset=st.integers(-12 * 60, 14 * 60),
)
def test_times_come_back_as_the_same_moment_in_utc(store: Store, moment: datetime, offset: int) -> None:
    """Whatever zone a time is given in, it comes back as the same moment, aware, in UTC."""
    given_time = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    back = stored(store, t.contents, content(0, first_seen_at=given_time))["first_seen_at"]
    assert back == given_time
    assert back.tzinfo is UTC


def test_a_time_without_zone_is_refused(store: Store) -> None:
    """Nobody knows which moment a naive time means, so it is not stored."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(sa.exc.StatementError, match="without time zone"):
        store.write_now(insert_new, t.contents, [content(1, first_seen_at=naive)])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), money=st.integers(-(2**63), 2**63 - 1))
def test_text_and_money_come_back_exactly(store: Store, text: str, money: int) -> None:
    """Any text without NUL and any 64-bit amount come back as they were given."""
    budget = {"id": "a", "kind": "run", "subject": "a", "cap_nano_usd": money}
    assert stored(store, t.budgets, budget)["cap_nano_usd"] == money
    assert stored(store, t.collections, {"id": "a", "name": "a", "root_uri": text, "created_at": NOW})["root_uri"] == text


def test_a_row_that_refers_to_nothing_is_refused(store: Store) -> None:
    """Foreign keys hold on both kinds of database."""
    orphan = {"document_id": "nobody", "page_index": 0, "status": "text"}
    with pytest.raises(sa.exc.IntegrityError):
        store.write_now(lambda conn: conn.execute(sa.insert(t.pages), orphan))
