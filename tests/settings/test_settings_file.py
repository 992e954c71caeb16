"""`plugins.toml`: found, read, and every mistake named without repeating a value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub_core.errors import Misconfigured
from hub_core.settings import Settings, data_folder

CLEAR = "9f2c-a-clear-secret"
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder and a home of nobody's, and no variable set."""
    for name in ("CONFIG", "DATABASE", "KEY", "KEY_FILE"):
        monkeypatch.delenv(f"CHANNEL_HUB_{name}", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "config"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused(text: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        Settings.load(write(Path("plugins.toml"), text))
    return str(caught.value)


def test_without_a_file_everything_has_its_default() -> None:
    settings = Settings.load()

    assert settings.source is None
    assert settings.disabled == frozenset()
    assert settings.database == f"sqlite:///{(data_folder() / 'hub.db').as_posix()}"


def test_the_nearest_file_wins(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disabled_by(path: Path | None = None) -> set[str]:
        return set(Settings.load(path).disabled)

    write(elsewhere / "config/channel-hub/plugins.toml", '[hub]\ndisabled = ["home"]')
    assert disabled_by() == {"home"}
    write(Path("plugins.toml"), '[hub]\ndisabled = ["here"]')
    assert disabled_by() == {"here"}
    named = write(elsewhere / "named.toml", '[hub]\ndisabled = ["named"]')
    monkeypatch.setenv("CHANNEL_HUB_CONFIG", str(named))
    assert disabled_by() == {"named"}
    assert disabled_by(write(elsewhere / "asked.toml", "[hub]")) == set()


def test_a_file_asked_for_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="--config asks for it"):
        Settings.load("nowhere.toml")
    monkeypatch.setenv("CHANNEL_HUB_CONFIG", "nowhere.toml")
    with pytest.raises(Misconfigured, match="CHANNEL_HUB_CONFIG asks for it"):
        Settings.load()


def test_the_environment_has_the_last_word_on_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write(Path("plugins.toml"), '[hub]\ndatabase = "sqlite:///own.db"')

    assert Settings.load(path).database == "sqlite:///own.db"
    monkeypatch.setenv("CHANNEL_HUB_DATABASE", "")
    assert Settings.load(path).database == "sqlite:///own.db"
    monkeypatch.setenv("CHANNEL_HUB_DATABASE", "sqlite:///other.db")
    assert Settings.load(path).database == "sqlite:///other.db"


def test_a_database_with_a_password_is_given_by_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = refused(f'[hub]\ndatabase = "postgresql://hub:{CLEAR}@db/hub"')
    assert "[hub] database: a password does not belong in this file" in said
    assert CLEAR not in said

    monkeypatch.setenv("HUB_URL", f"postgresql://hub:{CLEAR}@db/hub")
    settings = Settings.load(write(Path("plugins.toml"), '[hub]\ndatabase = "env:HUB_URL"'))
    assert settings.database == f"postgresql://hub:{CLEAR}@db/hub"
    assert CLEAR not in repr(settings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[hub]\ndatabse = "x"', "[hub] databse: is not a setting; did you mean database?"),
        ("[hubb]", "[hubb]: is not a setting; did you mean hub?"),
        ("[hub]\nzzz = 1", "[hub] zzz: is not a setting; there are: database, proxy, "),
        ('[apps.a]\nchannel = "jd"', "[apps.a] app_key: is missing; add it"),
        ('[apps."a b"]', "[apps.a b]: this name may hold letters, digits"),
        ("[channels.jd]\nattempts = 0", "[channels.jd] attempts: should be greater than"),
        (
            "[channels.jd]\nlimits = [{ calls = 1, seconds = 1, burts = 2 }]",
            "[channels.jd] limits[0].burts: is not a setting; did you mean burst?",
        ),
        (
            "[channels.jd.streams.orders]\nsettle_lag = 3",
            "[channels.jd] streams.orders.settle_lag: is not a setting; "
            "did you mean settle_lag_seconds?",
        ),
        ("[shops.a]\npins = { orders = 0 }", "[shops.a] pins.orders: should be greater"),
        ('[channels.jd]\nbase_url = "jd.com"', "[channels.jd] base_url: "),
        (
            "[channels.jd]\nfacts = { x = true }",
            "[channels.jd] facts.x: should be a valid str",
        ),
    ],
)
def test_a_mistake_is_named_by_file_table_and_key(text: str, said: str) -> None:
    assert f"plugins.toml: {said}" in refused(text)


def test_every_mistake_is_named_at_once() -> None:
    said = refused("[hub]\nx = 1\n[channels.jd]\ny = 2").splitlines()

    assert sorted(line.split(":")[1] for line in said) == [" [channels.jd] y", " [hub] x"]


def test_what_is_not_toml_is_said_with_its_place() -> None:
    assert re.search(r"plugins.toml is not valid TOML: .*line 2", refused("[hub]\nx = = 1"))


def test_a_file_in_another_encoding_is_said_so() -> None:
    Path("plugins.toml").write_bytes("[hub]\n# 抖音来客\n".encode("gbk"))

    with pytest.raises(Misconfigured, match="save it as UTF-8"):
        Settings.load()


def test_a_byte_order_mark_does_no_harm() -> None:
    Path("plugins.toml").write_text('[hub]\ndisabled = ["a"]', encoding="utf-8-sig")

    assert Settings.load().disabled == {"a"}


@pytest.mark.parametrize("place", ["app_secret", "hub.key"])
def test_a_clear_secret_is_refused_and_not_repeated(place: str) -> None:
    tables = {
        "app_secret": f'[apps.a]\nchannel="jd"\napp_key="k"\napp_secret = "{CLEAR}"',
        "hub.key": f'[hub]\nkey = "{CLEAR}"',
    }
    said = refused(tables[place])

    assert "a secret does not belong in this file" in said
    assert '"env:NAME"' in said
    assert CLEAR not in said


def test_the_shipped_file_is_valid_and_changes_nothing() -> None:
    shipped = Settings.load(REPOSITORY / "plugins.toml")

    assert shipped.model_dump() == Settings().model_dump()


def test_the_shipped_file_is_valid_with_every_comment_taken_out() -> None:
    lines = (REPOSITORY / "plugins.toml").read_text(encoding="utf-8").splitlines()
    table = r"\[[a-z-]+(?:\.[a-z-]+){0,2}\]"
    setting = re.compile(rf"# ?( *({table}|[a-z_.]+ = .*|\{{ .*|\])$)")
    bare = [m[1] if (m := setting.match(x)) else x for x in lines]
    first_database = bare.index('database = "sqlite:////srv/channel-hub/hub.db"')
    del bare[first_database]  # the file shows two ways
    settings = Settings.load(write(Path("plugins.toml"), "\n".join(bare)))

    assert settings.apps["laike-main"].limits[0].per == "shop"
    assert settings.pins("jd", "west-lake") == {"orders": 1}
    assert settings.off("douyin-laike") == {"unpaid", "products"}
    assert settings.hub.key == "keyring:channel-hub/master"
    assert settings.alarms.targets["ops"].channels == ["taobao"]
