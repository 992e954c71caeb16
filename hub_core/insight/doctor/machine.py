"""What stands on this machine: settings, key, database, plugins. Makes nothing, asks no
platform."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from ...errors import HubError
from ...masking import mask_text
from ...plugins import Plugins, foreign_folders, load
from ...settings import AppSettings, MasterKey, Settings, config_folder, find_key
from ...settings.folders import Environment
from ...settings.key import FILE as KEY_FILE
from ...store import Store, keyring, overlaps
from ...store.engine import connect, database_now
from ...store.schema import HEAD, current
from ...store.vault import Vault
from .check import Check, fail, ok, warn
from .shops import beijing

LOW, EMPTY = 1 << 30, 100 << 20
"""Bytes of free disk below which a person should know, and below which it fails soon."""
UNUSED = timedelta(days=1)
"""After so long without a use, a former secret is told of as one to be taken out."""
APART = 5.0
"""Seconds between our clock and the database's beyond which a person should know."""


@dataclass(slots=True)
class AtRest:
    """What was found, and the parts that open."""

    checks: list[Check] = field(default_factory=list)
    settings: Settings | None = None
    plugins: Plugins | None = None
    store: Store | None = None


def at_rest(config: Path | None = None, database: str | None = None) -> AtRest:
    """Look at everything that needs no platform. The store, where it opens, is the
    caller's to close."""
    found = AtRest()
    try:
        settings = found.settings = Settings.load(config)
    except HubError as error:
        found.checks.append(fail("settings", str(error), "mend the file, or see hub init"))
        return found
    found.checks.append(_settings(settings))
    found.plugins = load(settings.disabled)
    found.checks += _plugins(found.plugins)
    key = _key(settings, found.checks)
    found.store = _store(settings, database, key, found.checks)
    found.checks += _secrets(settings, found.store)
    found.checks += _strangers(settings, found.plugins, found.store)
    return found


def _settings(settings: Settings) -> Check:
    if settings.source is None:
        return warn("settings", "no plugins.toml; everything has its default", "hub init")
    return ok("settings", str(settings.source))


def _strangers(
    settings: Settings, plugins: Plugins, store: Store | None
) -> Iterable[Check]:
    """Tables that name nothing there is; without a store no shop can be known."""
    shops = _shop_names(store) if store else settings.shops
    channels = [channel.id for channel in plugins.channels()]
    for said in settings.strangers(channels, shops):
        yield warn("settings", said, "correct the name; as it stands it changes nothing")


def _shop_names(store: Store) -> list[str]:
    from ...store.shops import shops

    with store.reading() as connection:
        return [shop.name for shop in shops(connection)]


def _plugins(plugins: Plugins) -> Iterator[Check]:
    rows = plugins.table()
    on = [row.name for row in rows if row.state == "on"]
    yield ok("plugins", ", ".join(on)) if on else fail("plugins", "none", "hub plugins")
    for row in rows:
        if row.state == "broken":
            yield fail("plugins", f"{row.name}: {row.error}", "uninstall or mend it")
    for said in foreign_folders():
        yield fail("plugin folders", said)


def _key(settings: Settings, checks: list[Check]) -> MasterKey | None:
    given = Environment()
    path = config_folder() / KEY_FILE
    named = given.key or given.key_file or settings.hub.key
    if not named and not path.exists():
        checks.append(warn("key", f"none yet; the first command makes {path}", "hub init"))
        return None
    try:
        key = find_key(settings)
    except HubError as error:
        checks.append(fail("key", str(error)))
        return None
    keep = "" if named else "; keep a copy: what it sealed is lost with it"
    said = f"{key.source}{keep}"
    checks.append(warn("key", said, key.warning) if key.warning else ok("key", said))
    return key


# The database ---------------------------------------------------------------------------


def _store(
    settings: Settings, database: str | None, key: MasterKey | None, checks: list[Check]
) -> Store | None:
    try:
        url = database or settings.database
        path = _file(url)
        checks += _disk(path)
        if path is not None and not path.exists():
            checks.append(warn("database", f"{path} is not made yet", "hub init"))
            return None
        return _opened(url, key, checks)
    except HubError as error:
        checks.append(fail("database", str(error)))
    except SQLAlchemyError as error:
        said = mask_text(str(getattr(error, "orig", None) or error).partition("\n")[0])
        checks.append(fail("database", f"cannot be reached: {said}"))
    return None


def _opened(url: str, key: MasterKey | None, checks: list[Check]) -> Store | None:
    engine = connect(url)
    at, where = current(engine), engine.url.render_as_string(hide_password=True)
    engine.dispose()
    if at is None:
        checks.append(warn("database", f"{where} has no tables yet", "hub init"))
        return None
    if key is None:
        checks.append(warn("database", f"{where}, schema {at}; not opened without a key"))
        return None
    store = Store.open(url, key.every)
    checks.append(ok("database", f"{where}, schema {HEAD}"))
    checks += _former_keys(store, key)
    checks.append(_clock(store))
    return store


def _former_keys(store: Store, key: MasterKey) -> Iterator[Check]:
    """A change of the key that has not come to its end."""
    with store.reading() as connection:
        needed = keyring.needed(keyring.facts(connection))
    newest, *former = Vault(*key.every).fingerprints
    if needed[0] != newest or len(needed) > 1:
        yield warn("key", f"{newest} does not yet seal all there is", "hub keys rotate")
    elif former:
        said = f"nothing needs {' or '.join(former)} any more but backups made before"
        yield warn("key", said, f"hub keys rotate --drop {former[0]}")


def _file(url: str) -> Path | None:
    parsed = make_url(url)
    file = parsed.database
    on_disk = parsed.get_backend_name() == "sqlite" and file not in (None, "", ":memory:")
    return Path(file) if on_disk and file else None


def _disk(path: Path | None) -> Iterator[Check]:
    if path is None:
        return
    folder = next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())
    free = shutil.disk_usage(folder).free
    said = f"{free / (1 << 30):.1f} GiB free where the database stands"
    if free < EMPTY:
        yield fail("disk", said, "make room, or move the database")
    elif free < LOW:
        yield warn("disk", said, "make room soon")
    else:
        yield ok("disk", said)


def _clock(store: Store) -> Check:
    """Ours beside the database's. What platforms say only `--live` can ask."""
    with store.reading() as connection:
        apart = datetime.now(UTC).timestamp() - database_now(connection)
    if abs(apart) > APART:
        said = f"ours is {apart:+.0f} s off the database's"
        return warn("clock", said, "set both by NTP")
    return ok("clock", "agrees with the database's; platforms' clocks: --live SHOP")


# Secrets --------------------------------------------------------------------------------


def _secrets(settings: Settings, store: Store | None) -> Iterator[Check]:
    """Whether each app's secret is where the file says. It is fetched, never shown."""
    for name in settings.apps:
        try:
            app = settings.app(name)
            app.secret()
        except HubError as error:
            yield fail(f"app {name}", str(error), "set it, then run this again")
        else:
            yield ok(f"app {name}", f"its secret is there ({app.secret_reference})")
            if app.former_reference is not None:
                yield _former(app, store)


def _former(app: AppSettings, store: Store | None) -> Check:
    """Whether anything still comes that was signed with the secret before."""
    name = f"app {app.name}"
    try:
        secret = app.former_secret()
    except HubError as error:
        return fail(name, f"its former secret: {error}", "set it, or take it out")
    if store is None or secret is None:
        return ok(name, "has a former secret")
    of = overlaps.mark(store.vault, secret.get_secret_value())
    with store.reading() as connection:
        seen = overlaps.load(connection, app.name, of)
    if seen is None:
        return ok(name, "has a former secret, with which nothing was signed so far")
    used = seen.former_at or seen.since
    if seen.newest_at is None or datetime.now(UTC) - used < UNUSED:
        return ok(name, f"its former secret was in use at {beijing(used)}")
    return warn(
        name,
        f"its former secret is unused since {beijing(used)}; the one in force was used at "
        f"{beijing(seen.newest_at)}",
        f"take former_app_secret out of [apps.{app.name}]",
    )
