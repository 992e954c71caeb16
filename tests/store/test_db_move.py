"""`hub db move`: all of a grown store is there, nothing of it half, and the hub goes on."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from hub_core.errors import Misconfigured
from hub_core.hub import Hub
from hub_core.plugins import Plugins
from hub_core.store import Store, streams
from hub_core.store.engine import connect, writing
from hub_core.store.moving import move
from hub_core.store.schema import upgrade
from hub_core.store.tables import OrderRow
from tests.cli.world import hub
from tests.harness import Bench, bench
from tests.rekeying import house
from tests.store.making import KEY, Hands, a_shop, an_order, rows_of
from tests.store.processes import worker

pytestmark = pytest.mark.sqlite("what is moved begins as a file")
CHANNEL = "douyin-laike"
KINDS = ("orders", "products", "after_sales", "redemptions", "places")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A SQLite store with something in every sealed column, and an audit log."""
    folder = tmp_path_factory.mktemp("grown")
    house.new_house(folder, sqlite_template)
    return folder


@pytest.fixture
def source(grown: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(grown, tmp_path / "house"))


def file_url(path: Path) -> str:
    return f"sqlite:///{path.as_posix()}"


def move_urls(source: str, target: str) -> Any:
    old, new = connect(source), connect(target)
    try:
        return move(old, new)
    finally:
        old.dispose()
        new.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_hub_goes_on_where_its_store_was_moved(
    empty_database: str, kind: str, tmp_path: Path
) -> None:
    """Read, moved, and read on with the same key: nothing lost, doubled or told twice."""
    source = file_url(tmp_path / "old.db")
    with bench(CHANNEL, tmp_path, database=source, orders=30, kinds=KINDS) as first:
        assert {o.error for o in first.hub.sync()} == {None}
        before = first.hub.changes(limit=1000)
    moved = move_urls(source, empty_database)
    platform = first.platform
    platform.churn(40)
    platform.clock.advance(1_000)
    second = Bench(platform, tmp_path, database=empty_database, kinds=KINDS)
    assert second.hub.changes(limit=1000) == before
    assert {o.error for o in second.hub.sync() + second.hub.heal()} == {None}
    (account,) = platform.accounts()
    assert (second.lost(account), second.doubled(account)) == ([], [])
    after = second.hub.changes(limit=1000)
    assert after[: len(before)] == before
    assert [c.seq for c in after] == list(range(1, len(after) + 1))
    assert len(after) > len(before)
    second.close()
    assert moved.left["orders"].rows == 30


def test_everything_sealed_opens_there_and_here_and_back(
    source: Path, empty_database: str, tmp_path: Path
) -> None:
    before, here = _seen(source, file_url(source / "hub.db")), source / "hub.db"
    untouched = hashlib.sha256(here.read_bytes()).hexdigest()
    move_urls(file_url(here), empty_database)
    back = file_url(tmp_path / "back.db")
    first = move_urls(empty_database, back)
    assert _seen(source, empty_database) == before == _seen(source, back)
    assert hashlib.sha256(here.read_bytes()).hexdigest() == untouched
    again = move_urls(back, file_url(tmp_path / "third.db"))
    assert again.left == first.left == first.arrived


def _seen(folder: Path, database: str) -> list[str]:
    clock = house.Still()
    with Hub.open(
        settings=house.settings(folder), database=database, plugins=Plugins(), clock=clock
    ) as opened:
        return sorted(map(repr, house.told(opened)))


def test_new_rows_get_keys_after_those_that_were_moved(
    source: Path, empty_database: str
) -> None:
    move_urls(file_url(source / "hub.db"), empty_database)
    store = Store.open(empty_database, KEY)
    Hands(store, a_shop(store, "second")).write(an_order("Z1"))
    found = rows_of(store, OrderRow)
    assert len({row.id for row in found}) == len(found) > 5
    store.close()


@pytest.mark.parametrize("statement", [60, "commit"])
def test_killed_it_leaves_the_target_empty_and_can_be_done_again(
    source: Path, empty_database: str, statement: int | str
) -> None:
    url = file_url(source / "hub.db")
    killed = worker("move", url, empty_database, str(statement))
    killed.communicate(timeout=120)
    assert killed.returncode == -9
    left = connect(empty_database)
    assert inspect(left).get_table_names() == []
    left.dispose()
    moved = move_urls(url, empty_database)
    assert moved.left == moved.arrived
    assert moved.left["raw"].rows > 5


def test_what_arrives_otherwise_than_it_left_is_refused_whole(
    source: Path, database: str
) -> None:
    engine = connect(database)
    said = {
        "sqlite": "CREATE TRIGGER odd AFTER INSERT ON orders BEGIN "
        "UPDATE orders SET currency = 'EUR' WHERE id = new.id; END",
        "postgresql": "CREATE FUNCTION odd() RETURNS trigger AS $$ BEGIN "
        "new.currency = 'EUR'; RETURN new; END $$ LANGUAGE plpgsql; "
        "CREATE TRIGGER odd BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION odd()",
    }
    with writing(engine) as connection:
        connection.execute(text(said[engine.dialect.name]))
    with pytest.raises(Misconfigured, match="did not arrive as they left: orders"):
        move_urls(file_url(source / "hub.db"), database)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM shop")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM feed_counter")).scalar() == 1
    engine.dispose()


# What is refused ------------------------------------------------------------------------


def test_nothing_is_written_over_what_is_there(source: Path, store: Store) -> None:
    a_shop(store)
    url = store.engine.url.render_as_string(hide_password=False)
    with pytest.raises(Misconfigured, match="not empty, there are rows in"):
        move_urls(file_url(source / "hub.db"), url)


@pytest.mark.parametrize("which", ["source", "target"])
def test_another_schema_is_refused_on_either_side(
    source: Path, database: str, which: str
) -> None:
    url = file_url(source / "hub.db")
    engine = connect(url if which == "source" else database)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    with pytest.raises(Misconfigured, match=f"the {which} is at schema 0001"):
        move_urls(url, database)


def test_a_store_that_is_being_read_for_is_not_moved(
    source: Path, empty_database: str
) -> None:
    store = Store.open(file_url(source / "hub.db"), KEY)
    with store.writing() as connection:
        streams.take_lease(connection, 1, "orders", "a reader", 60)
    store.close()
    with pytest.raises(Misconfigured, match="stop every hub"):
        move_urls(file_url(source / "hub.db"), empty_database)


# The command ----------------------------------------------------------------------------


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("quiet")
def test_the_command_tells_each_table_and_refuses_a_second_time(
    source: Path, empty_database: str
) -> None:
    words = ("db", "move", source / "hub.db", empty_database)
    said, again = hub(*words, "--json"), hub(*words)
    assert said.code == 0, said.err
    assert said.json["ok"]
    assert said.json["rows"] == sum(t["rows"] for t in said.json["tables"].values()) > 20
    assert (again.code, again.out) == (2, "")
    assert "not empty" in again.err


@pytest.mark.usefixtures("quiet")
def test_a_source_that_is_not_there_is_not_made(tmp_path: Path, kind: str) -> None:
    said = hub("db", "move", tmp_path / "none.db", tmp_path / f"{kind}.db")
    assert said.code == 2
    assert "no such database" in said.err
    assert not list(tmp_path.glob("*.db"))


def test_a_database_made_beforehand_may_be_the_target(
    source: Path, empty_database: str
) -> None:
    engine = connect(empty_database)
    upgrade(engine)
    engine.dispose()
    assert move_urls(file_url(source / "hub.db"), empty_database).differs == []
