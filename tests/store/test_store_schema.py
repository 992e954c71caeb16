"""The schema: tables and migrations are one, and no half of one ever stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from hub_core.errors import Misconfigured
from hub_core.store import Store, schema, shops, tables
from hub_core.store.engine import connect, writing
from hub_core.store.schema import HEAD, MIGRATIONS, configuration, current, upgrade
from hub_core.store.tables import every_table
from tests import template
from tests.store.making import KEY, Hands, a_party, an_order
from tests.store.processes import worker

VIEWS = {
    "v1_order", "v1_order_line", "v1_voucher", "v1_coverage", "v1_product", "v1_sku",
    "v1_place", "v1_after_sale", "v1_refund", "v1_redemption",
}  # fmt: skip


@pytest.fixture(autouse=True)
def migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Walked each time, in these tests."""
    monkeypatch.setattr(schema, "upgrade", upgrade)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = connect(database)
    yield made
    made.dispose()


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        found: list[Any] = compare_metadata(context, every_table())
    return found


def test_migrations_make_just_what_the_tables_say(engine: Engine) -> None:
    assert differences(engine) == []


def test_every_class_of_a_table_is_had_from_the_door_of_all() -> None:
    made = every_table()
    offered = {name for names in tables.GROUPS.values() for name in names}

    assert offered == set(tables.__all__)
    there = {getattr(getattr(tables, name), "__tablename__", None) for name in offered}
    assert there - {None} == set(made.tables)


def test_databases_made_by_rote_are_as_the_migrations_make_them() -> None:
    made = connect("sqlite://")
    template.upgrade(made)
    assert (current(made), differences(made)) == (HEAD, [])
    assert set(inspect(made).get_view_names()) == VIEWS
    made.dispose()


def test_a_column_or_an_index_that_no_migration_makes_is_noticed(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_orders_created"))
        connection.execute(text("ALTER TABLE voucher ADD COLUMN more INTEGER"))
    kinds = [d[0] for d in differences(engine)]
    assert sorted(kinds) == ["add_index", "remove_column"]


def test_the_newest_migration_is_the_one_the_hub_asks_for() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert scripts.get_heads() == [HEAD]
    files = sorted(p.name for p in (Path(MIGRATIONS) / "versions").glob("v*.py"))
    revisions = sorted(s.revision for s in scripts.walk_revisions())
    assert [name[1:5] for name in files] == revisions


def test_views_answer_with_names_of_shops_and_without_a_receiver(hands: Hands) -> None:
    hands.write(an_order("A1", party=a_party()))
    with hands.store.reading() as connection:
        assert set(inspect(connection).get_view_names()) == VIEWS
        row = connection.execute(text("SELECT * FROM v1_order")).one()
        line = connection.execute(text("SELECT * FROM v1_order_line")).one()
    assert (row.shop, row.channel, row.external_id) == ("flagship", "jd", "A1")
    assert (line.order_external_id, line.title, line.order_uid) == ("A1", "茶", row.uid)
    assert "王小明" not in str(row)


def test_a_new_database_gets_its_tables_when_it_is_opened(empty_database: str) -> None:
    Store.open(empty_database, KEY).close()
    engine = connect(empty_database)
    assert (current(engine), differences(engine)) == (HEAD, [])
    engine.dispose()


def test_of_several_processes_that_open_a_new_database_all_succeed(
    empty_database: str,
) -> None:
    opening = [worker("open", empty_database) for _ in range(4)]
    said = [one.communicate(timeout=120)[0].strip() for one in opening]
    assert said == ["open"] * 4


@pytest.mark.parametrize("statement", [3, 30, "commit"])
def test_d10_half_migration(empty_database: str, statement: int | str) -> None:
    """Killed at a statement of the first migration, or right before its commit."""
    killed = worker("migrate", empty_database, str(statement))
    killed.communicate(timeout=120)
    assert killed.returncode == -9
    engine = connect(empty_database)
    upgrade(engine)
    assert (current(engine), differences(engine)) == (HEAD, [])
    engine.dispose()


def test_a_database_of_the_first_schema_keeps_its_rows(empty_database: str) -> None:
    engine = connect(empty_database)
    with writing(engine) as connection:
        command.upgrade(configuration(connection), "0001")
        connection.execute(text(
            "INSERT INTO shop (uid, name, channel, external_id, app, kind, time_zone, "
            "day_cut_hour, state, start_at, account, settings, pins, created_at) VALUES "
            "('u1', 'flagship', 'jd', '7', 'main', 'goods', 'Asia/Shanghai', 0, 'active', "
            "'2026-11-01 00:00:00.000000', '{}', '{}', '{}', '2026-11-01 00:00:00.000000')"
        ))  # fmt: skip
    with pytest.raises(Misconfigured, match="hub db upgrade"):
        Store.open(empty_database, KEY)
    upgrade(engine)
    assert (current(engine), differences(engine)) == (HEAD, [])
    store = Store.open(empty_database, KEY)
    with store.reading() as connection:
        (shop,) = shops.shops(connection)
    assert (shop.name, shop.refused) == ("flagship", None)
    store.close()
    engine.dispose()


@pytest.mark.parametrize(
    ("found", "advice"),
    [("9999", "install the newer channel-hub"), ("0000", "hub db upgrade")],
)
def test_d11_old_binary_new_schema(engine: Engine, found: str, advice: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{found}'"))
    url = engine.url.render_as_string(hide_password=False)
    with pytest.raises(Misconfigured, match=advice) as refused:
        Store.open(url, KEY)
    assert found in str(refused.value)
    assert HEAD in str(refused.value)


def test_an_upgrade_of_what_is_new_already_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    assert (current(engine), differences(engine)) == (HEAD, [])
