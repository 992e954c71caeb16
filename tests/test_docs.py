"""The documents are true: settings, facts and links are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from hub_core.plugins import load
from hub_core.ports import Channel
from hub_core.settings import tables
from hub_core.settings.settings import ATTEMPTS, DEADLINE_SECONDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "plugins.toml").read_text(encoding="utf-8")
CHANNELS = [c for c in load().channels() if c.adapters.startswith("adapters.")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
LONG = ("trade_kinds", "after_sales_states")
"""Facts that are told by how many words they have."""
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)

SECTIONS: dict[str, type[BaseModel]] = {
    "## `[hub]`": tables.HubTable,
    "## `[outbound]`": tables.OutboundTable,
    "## `[alarms]`": tables.AlarmsTable,
    "## `[alarms.targets.<name>]`": tables.TargetTable,
    "## `[apps.<name>]`": tables.AppTable,
    "## `[channels.<id>]`": tables.Reading,
}


def section(heading: str) -> str:
    """What stands below a heading, up to the next of its level."""
    _, found, below = PAGE.partition(f"{heading}\n")
    assert found, f"no {heading}"
    return below.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of its tables' rows, without headings."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells if row[0] != "Key" and row[1] != "Fact"]


def keys(heading: str) -> set[str]:
    """The keys its tables have a row for."""
    first = " ".join(row[0] for row in rows(section(heading)))
    return {name.partition(".<")[0] for name in re.findall(r"`([^`]+)`", first)}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_setting_has_its_row(heading: str) -> None:
    settings = set(SECTIONS[heading].model_fields)
    if heading == "## `[channels.<id>]`":
        settings |= set(tables.StreamTable.model_fields)
    assert keys(heading) == settings


def test_a_shop_has_what_a_channel_has_and_its_settings() -> None:
    own = set(tables.ShopTable.model_fields) - set(tables.Reading.model_fields)
    assert own == {"settings"}
    said = section("## `[shops.<name>]`").partition("```")[0]
    assert set(tables.ShopTable.model_fields) <= set(re.findall(r"`([a-z_]+)`", said))


def test_a_limit_is_told_whole() -> None:
    said = section("## `[apps.<name>]`")
    assert [name for name in tables.LimitTable.model_fields if name not in said] == []


def test_the_figures_are_those_of_the_code() -> None:
    told = {row[0]: row[1] for row in rows(section("## `[apps.<name>]`"))}
    assert float(told["`deadline_seconds`"]) == DEADLINE_SECONDS
    assert int(told["`attempts`"]) == ATTEMPTS


def test_the_example_file_shows_every_setting() -> None:
    every: list[type[BaseModel]] = [tables.HubTable, tables.AppTable, tables.ChannelTable]
    every += [tables.OutboundTable, tables.AlarmsTable, tables.TargetTable]
    every += [tables.ShopTable, tables.StreamTable]
    names = {name for table in every for name in table.model_fields}
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", EXAMPLE)] == []


def facts_told() -> dict[str, dict[str, str]]:
    """Channel to fact to default, as the page has them; text in `code` only."""
    found: dict[str, dict[str, str]] = {}
    channel = ""
    for cells in rows(section("## Facts")):
        channel = cells[0].strip("`") or channel
        found.setdefault(channel, {})[cells[1].strip("`")] = cells[2]
    return found


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda c: c.id)
def test_every_fact_has_its_row_and_its_default(channel: Channel) -> None:
    told = facts_told()[channel.id]
    assert set(told) == set(channel.facts)
    assert told == {name: said(name, default) for name, default in channel.facts.items()}


def said(name: str, default: str) -> str:
    """A default as the page has it: a long list by its length."""
    if name in LONG:
        return f"all {len(default.split(','))}"
    return f"`{default}`" if default else ""


def test_the_long_lists_are_as_many_as_told() -> None:
    told = facts_told()
    assert told["taobao"]["trade_kinds"] == "all 17"
    assert told["pinduoduo"]["after_sales_states"] == "all 25"


# Links -----------------------------------------------------------------------------------


def anchor(heading: str) -> str:
    """A heading's anchor, as it is made where the pages are shown."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def targets(page: Path) -> list[str]:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    return [link for link in LINK.findall(text) if "://" not in link]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in targets(page):
        name, _, at = link.partition("#")
        there = page.parent / name if name else page
        if not there.exists():
            dead.append(link)
        elif at:
            heads = re.findall(
                r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE
            )
            dead += [] if at in map(anchor, heads) else [link]
    assert dead == []


def both() -> tuple[str, str]:
    first, second = (ROOT / name for name in ("README.md", "README.zh-CN.md"))
    return first.read_text(encoding="utf-8"), second.read_text(encoding="utf-8")


def test_the_readmes_lead_to_the_same_pages() -> None:
    found = [
        {x for x in LINK.findall(text) if not x.startswith("README")} for text in both()
    ]
    assert found[0] == found[1]


def test_the_readmes_show_the_same() -> None:
    """Blocks of code and output, and the commands to type; what is said of them aside."""
    first, second = (
        [re.sub(r" +#.*", "", block) for block in FENCED.findall(text)] for text in both()
    )
    assert len(first) == len(second)
    assert first[1:] == second[1:]  # the first is the picture
    typed = [re.findall(r"^    (hub [a-z]+|scripts/[a-z]+)", t, re.M) for t in both()]
    assert typed[0] == typed[1]
