"""While an app has a former secret, what is signed with it counts; who can do without it is
told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub_core.hub import Hub
from hub_core.inbound import Inbound
from tests.cli.world import World, boxed
from tests.inbound.pushing import CHANNEL, Pusher, signed

FORMER = "the-secret-before-it"


class Later:
    """A clock some days off the real one."""

    def __init__(self, days: float) -> None:
        self.days = days

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)

    def monotonic(self) -> float:
        return self.now().timestamp()

    def sleep(self, seconds: float) -> None: ...


def with_former(world: World) -> None:
    (account,) = {a.app_key: a for a in world.accounts(CHANNEL)}.values()
    former = world.folder / "former.secret"
    former.write_text(FORMER)
    text = world.config.read_text("utf-8")
    line = f'app_secret = "file:{account.app_key}.secret"\n'
    assert line in text
    more = f'{line}former_app_secret = "file:former.secret"\n'
    world.config.write_text(text.replace(line, more), "utf-8")


def push(world: World, days: float, *secrets: str) -> list[int]:
    """Statuses of one push with each of the secrets, some days ago."""
    account = world.accounts(CHANNEL)[0]
    with Hub.open(world.config, clock=Later(days)) as hub:
        inbound = Inbound(hub)
        pusher = Pusher(inbound, account)
        for n, secret in enumerate(secrets):
            body = pusher.order_event(f"{10**18 + n}", 1_790_000_000 + days)
            pusher.raw(signed(secret, body), body)
        inbound.work_off()
        inbound.close()
    return pusher.answers


def doctor(world: World) -> dict[str, Any]:
    """What it says of the former secret."""
    checks = world.hub("doctor", "--json").json["checks"]
    (found,) = [c for c in checks if "former secret" in c["said"]]
    return dict(found)


def test_both_count_and_the_doctor_tells_when_one_is_unused(tmp_path: Path) -> None:
    with boxed(tmp_path, CHANNEL, orders=1) as world:
        secret = world.accounts(CHANNEL)[0].app_secret
        assert push(world, -5, secret, FORMER) == [200, 401]
        with_former(world)
        assert doctor(world)["state"] == "ok"
        assert push(world, -4, secret, FORMER, "neither") == [200, 200, 401]
        assert push(world, -3.5, FORMER) == [200]
        assert doctor(world)["state"] == "warn"
        assert push(world, 0, FORMER) == [200]
        assert (said := doctor(world))["state"] == "ok", said
        assert "was in use" in said["said"]


def test_a_former_secret_signs_no_calls(tmp_path: Path) -> None:
    with boxed(tmp_path, CHANNEL, orders=1) as world:
        with_former(world)
        account = world.accounts(CHANNEL)[0]
        assert world.add_shop(account, CHANNEL).code == 0
        said = world.hub("sync", account.name)
        assert said.code == 0, said.err
        entries = world.boxes[CHANNEL].log.entries
        assert {e.outcome for e in entries} == {"ok"}


def test_a_former_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    with boxed(tmp_path, CHANNEL, orders=1) as world:
        with_former(world)
        (tmp_path / "former.secret").unlink()
        found = doctor(world)
        assert (found["state"], found["next"]) == ("fail", "set it, or take it out")
