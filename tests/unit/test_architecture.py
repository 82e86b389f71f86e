"""ARCHITECTURE.md and README.md tell of what is there."""

import re
from pathlib import Path

import pytest

from services.shared import messages

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("bench/", "config/", "docs/", "frontend", "mosquitto/", "requirements/", "scripts/", "services/", "tests/")
FILES = re.compile(r"[A-Za-z-]+\.(md|yml|toml)|LICENSE|Makefile|Dockerfile")
NOT_OURS = {"config/config.txt", "config/loads.csv", "scripts/backup.sh"}
"""What the operator writes, and what the old program had."""
STEP = re.compile(r"^\| (\d+) \| `([^`]+)` \| `([^`]+)` \|", re.MULTILINE)


def paths_in(text: str) -> set[str]:
    words = [word for quoted in re.findall(r"`([^`\n]+)`", text) for word in quoted.split()]
    words += [link for link in re.findall(r"(?<!\!)\[[^\]]+\]\(([^)#]+)\)", text) if "://" not in link]
    return {word for word in words if word.startswith(FOLDERS) or FILES.fullmatch(word)} - NOT_OURS


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "README.md"])
def test_every_path_that_is_named_exists(page: str) -> None:
    named = paths_in((ROOT / page).read_text("utf-8"))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    ("way", "begin", "end"),
    [
        ("One power signal's way", "services/collector/drivers/", "services/controller/drivers/"),
        ("One alarm's way", "services/notifier/", "services/notifier/channels/"),
    ],
)
def test_a_way_passes_through_at_most_seven_files_in_the_order_told(way: str, begin: str, end: str) -> None:
    section = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition(f"## {way}\n")[2].partition("\n## ")[0]
    steps = STEP.findall(section)
    assert [int(number) for number, _, _ in steps] == list(range(1, len(steps) + 1))
    assert 2 <= len(steps) <= 7
    assert steps[0][1].startswith(begin) and steps[-1][1].startswith(end)


def test_each_stop_of_the_way_is_where_it_is_told_to_be() -> None:
    for _, path, place in STEP.findall((ROOT / "ARCHITECTURE.md").read_text("utf-8")):
        code = (ROOT / path).read_text("utf-8")
        for name in place.split("."):
            assert re.search(rf"^ *(async def|def|class) {name}\b", code, re.MULTILINE), f"{name} is not in {path}"


def test_the_table_of_messages_is_complete() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    table = text.partition("## Messages")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")][1:]
    told = {name.strip(): "yes" in row[3] for row in rows for name in row[1].split(",")}
    assert told == {kind.__name__: kind.RETAIN for kind in messages.ALL}


def test_the_page_of_the_architecture_stays_one_page() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 130
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
