"""The plugins that are on: what they are, what they can do, and asking one alone."""

from __future__ import annotations

import importlib
import logging
import re
import threading
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb
from typing import Any

import pluggy

from ..deadline import within
from ..errors import Misconfigured
from ..hookspecs import PROJECT, Hooks
from ..ports import (
    Answering,
    Asks,
    Authorisation,
    Channel,
    Consents,
    Messages,
    Pushes,
    Receivers,
    Session,
    Shipping,
    Source,
    Stock,
)
from ..wire import Call, shapes

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KINDS = ("orders", "products", "after_sales", "redemptions", "places")
"""What a channel's plugin may be able to read, in the order it is read."""
ANSWERS: dict[str, type] = {
    **{f"hub_{kind}": Source for kind in KINDS},
    "hub_stock": Stock,
    "hub_shipping": Shipping,
    "hub_receivers": Receivers,
    "hub_pushes": Pushes,
    "hub_messages": Messages,
    "hub_asks": Asks,
    "hub_answering": Answering,
    "hub_authorisation": Authorisation,
    "hub_consents": Consents,
    "hub_sandbox": str,
}
"""What a hook's answer has to be."""
LOADING = 30.0
"""Seconds a plugin may take to be imported, and to announce its channel."""
HOOKS = tuple(name for name in vars(Hooks) if name.startswith("hub_"))

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One plugin as `hub plugins` shows it."""

    name: str
    distribution: str = ""
    version: str = ""
    state: str = "on"
    """`on`, `off` (by configuration) or `broken`."""
    error: str = ""
    channel: str = ""
    title: str = ""
    capabilities: tuple[str, ...] = ()
    """The hooks it implements, without their prefix."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One platform operation in one of its shapes."""

    name: str
    endpoint: str
    shape: str
    status: str


class Plugins:
    """The plugins that are on, and what became of the others. Made by `load`."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Hooks)
        self._rows: dict[str, Row] = {}
        self._channels: dict[str, tuple[Channel, Any]] = {}
        self._listeners: dict[str, list[tuple[str, pluggy.HookCaller]]] = {}
        self._put_off: list[Callable[[], None]] = []
        self._lock = threading.RLock()

    # Asking ----------------------------------------------------------------------------

    def table(self) -> list[Row]:
        """Every plugin that was found, by name, the broken and the disabled too."""
        self._admit_all()
        return self._admitted()

    def _admitted(self) -> list[Row]:
        return [self._rows[name] for name in sorted(self._rows)]

    def channels(self) -> list[Channel]:
        """Every channel that is served, by id."""
        self._admit_all()
        return [self._channels[id][0] for id in sorted(self._channels)]

    def channel(self, id: str) -> Channel:
        """A channel. Raises Misconfigured, naming those there are, if none serves it."""
        return self._served(id)[0]

    def server(self, id: str) -> str:
        """The name of the plugin that serves a channel."""
        self._served(id)
        return next(row.name for row in self._admitted() if row.channel == id)

    def orders(self, id: str, session: Session) -> Source:
        """The shop's orders, from its own channel's plugin alone."""
        found: Source = self._ask(id, "hub_orders", session=session)
        return found

    def sources(
        self, id: str, session: Session, off: Container[str] = ()
    ) -> dict[str, Source]:
        """What the channel's plugin can read for the shop, by kind of record: orders
        first. Of kinds that are `off` it is not asked."""
        plugin = self._served(id)[1]
        able = [kind for kind in KINDS if self._implements(plugin, f"hub_{kind}")]
        there = [kind for kind in able if kind not in off]
        return {kind: self._ask(id, f"hub_{kind}", session=session) for kind in there}

    def can(self, id: str, what: str) -> bool:
        """Whether the channel's plugin has that capability: `stock`, `shipping` …"""
        return self._implements(self._served(id)[1], f"hub_{what}")

    def stock(self, id: str, session: Session) -> Stock:
        """How the shop's stock is set."""
        found: Stock = self._ask(id, "hub_stock", session=session)
        return found

    def shipping(self, id: str, session: Session) -> Shipping:
        """How the shop's shipments are reported."""
        found: Shipping = self._ask(id, "hub_shipping", session=session)
        return found

    def receivers(self, id: str, session: Session) -> Receivers:
        """How the shop's receivers are revealed."""
        found: Receivers = self._ask(id, "hub_receivers", session=session)
        return found

    def pushes(self, id: str) -> Pushes:
        """How the channel's pushes are checked and read."""
        found: Pushes = self._ask(id, "hub_pushes")
        return found

    def messages(self, id: str) -> Messages:
        """How the messages of the channel's apps are taken."""
        found: Messages = self._ask(id, "hub_messages")
        return found

    def asks(self, id: str) -> Asks:
        """What the channel asks and waits for."""
        found: Asks = self._ask(id, "hub_asks")
        return found

    def answering(self, id: str, session: Session) -> Answering:
        """How the shop's platform is told of decisions."""
        found: Answering = self._ask(id, "hub_answering", session=session)
        return found

    def authorisation(self, id: str, session: Session) -> Authorisation:
        """How the channel's tokens are had."""
        found: Authorisation = self._ask(id, "hub_authorisation", session=session)
        return found

    def consents(self, id: str, session: Session) -> Consents:
        """How the channel's owners let an app in."""
        found: Consents = self._ask(id, "hub_consents", session=session)
        return found

    def sandbox(self, id: str) -> Callable[..., Any]:
        """What makes the channel's platform in a box; imported now, not before."""
        place: str = self._ask(id, "hub_sandbox")
        module, _, name = place.partition(":")
        try:
            create: Callable[..., Any] = getattr(importlib.import_module(module), name)
        except Exception as error:
            why = where_it_failed(error, say=True)
            raise Misconfigured(f"{id}: its sandbox {place!r} fails: {why}") from error
        return create

    def operations(self, id: str) -> list[Operation]:
        """Every call the channel's version files hold, by name and shape."""
        package = self.channel(id).adapters
        files = [file for area in shapes(package).values() for file in area.values()]
        found = {operation for file in files for operation in _operations(file)}
        return sorted(found, key=lambda o: (o.name, o.shape, o.endpoint))

    def broadcast(self, hook: str, /, **what: Any) -> None:
        """Tell every listener. One that fails is named in the log and undoes nothing.

        The log says where it failed and never with what: that may be a buyer's data.
        """
        if hook not in self._listeners:
            plugins = self._manager.list_name_plugin()
            self._listeners[hook] = [
                (name, self._alone(plugin, hook))
                for name, plugin in plugins
                if self._implements(plugin, hook)
            ]
        for name, listener in self._listeners[hook]:
            try:
                listener(**what)
            except Exception as error:
                log.error("plugin %s failed in %s: %s", name, hook, where_it_failed(error))

    def _served(self, id: str) -> tuple[Channel, Any]:
        if id not in self._channels:
            self._admit_all()
        if id not in self._channels:
            there = ", ".join(sorted(self._channels)) or "none"
            broken = [f"{row.name} ({row.error})" for row in self._admitted() if row.error]
            left_out = f"; left out: {'; '.join(broken)}" if broken else ""
            raise Misconfigured(f"no plugin serves {id!r}; there are: {there}{left_out}")
        return self._channels[id]

    def _ask(self, id: str, hook: str, **given: Any) -> Any:
        found = self._alone(self._served(id)[1], hook)(**given)
        if found is None:
            what = hook.removeprefix("hub_")
            raise Misconfigured(f"the plugin that serves {id} has no {what} to give")
        if not isinstance(found, wanted := ANSWERS.get(hook, object)):
            raise Misconfigured(
                f"plugin {self.server(id)}: {hook} answers a {type(found).__name__}, which "
                f"is no {wanted.__name__}"
            )
        return found

    def _alone(self, plugin: Any, hook: str) -> pluggy.HookCaller:
        others = [p for p in self._manager.get_plugins() if p is not plugin]
        return self._manager.subset_hook_caller(hook, others)

    def _implements(self, plugin: Any, hook: str) -> bool:
        impls = getattr(self._manager.hook, hook).get_hookimpls()
        return any(impl.plugin is plugin for impl in impls)

    # Loading ---------------------------------------------------------------------------

    def put_off(self, admit: Callable[[], None]) -> None:
        """Admit a plugin where somebody asks for more than those in use."""
        self._put_off.append(admit)

    def _admit_all(self) -> None:
        with self._lock:
            while self._put_off:
                self._put_off.pop(0)()

    def admit(self, row: Row, plugin: Any) -> None:
        """Register one plugin; one that does not keep to the hooks is refused."""
        self._listeners.clear()
        try:
            self._refuse_misspelt(plugin)
            self._manager.register(plugin, name=row.name)
            self._manager.check_pending()
            announce = self._alone(plugin, "hub_channel")
            channel = _checked(within(LOADING, lambda _: announce(), "hub_channel()"))
        except (Exception, SystemExit) as error:
            self.refuse(row, where_it_failed(error, say=True))
            return
        able = [hook for hook in HOOKS if self._implements(plugin, hook)]
        names = tuple(h.removeprefix("hub_") for h in able if h != "hub_channel")
        self._rows[row.name] = replace(row, capabilities=names)
        if channel is not None:
            self._serve(row.name, channel, plugin)

    def _refuse_misspelt(self, plugin: Any) -> None:
        for name in dir(plugin):
            if not name.startswith("hub_") or name in HOOKS:
                continue
            found = self._manager.parse_hookimpl_opts(plugin, name)
            if found and not found["optionalhook"]:
                near = get_close_matches(name, HOOKS, n=1)
                meant = f"; is {near[0]} meant?" if near else ""
                raise TypeError(f"{name} is no hook of the hub{meant}")

    def refuse(self, row: Row, error: str, state: str = "broken") -> None:
        """Leave a plugin out, and say why."""
        self._listeners.clear()
        if self._manager.get_plugin(row.name) is not None:
            self._manager.unregister(name=row.name)
        self._rows[row.name] = replace(row, state=state, error=error, capabilities=())

    def _serve(self, name: str, channel: Channel, plugin: Any) -> None:
        row = replace(self._rows[name], channel=channel.id, title=channel.title)
        self._rows[name] = row
        rivals = [r for r in self._admitted() if r.channel == channel.id]
        if rivals == [row]:
            self._channels[channel.id] = (channel, plugin)
            return
        self._channels.pop(channel.id, None)
        names = " and ".join(rival.name for rival in rivals)
        for rival in rivals:
            why = f"{names} all serve {channel.id}; leave one and disable the rest in [hub]"
            self.refuse(rival, why)


def where_it_failed(error: BaseException, *, say: bool = False) -> str:
    """An error's kind and the line it comes from; its own words only where asked for."""
    words = str(error).partition("\n")[0] if say else ""
    frames = extract_tb(error.__traceback__)
    spot = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{': ' * bool(words)}{words}{spot}"


def _checked(channel: object) -> Channel | None:
    if channel is None:
        return None
    if not isinstance(channel, Channel):
        raise TypeError(f"hub_channel answers a {type(channel).__name__}, not a Channel")
    if not KEBAB.fullmatch(channel.id):
        raise ValueError(f"channel id {channel.id!r} is not kebab case")
    return channel


def _operations(file: str) -> list[Operation]:
    shape = file.rpartition(".")[2]
    try:
        held = vars(importlib.import_module(file)).values()
    except Exception as error:
        raise Misconfigured(f"{file} fails: {where_it_failed(error, say=True)}") from error
    calls = [x for x in held if isinstance(x, Call) and x.shape in ("", shape)]
    return [Operation(c.name, c.endpoint, shape, c.status) for c in calls]
