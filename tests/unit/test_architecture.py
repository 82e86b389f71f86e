"""ARCHITECTURE.md and README.md tell of what is there."""

import ast
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


WAYS = {
    "One power signal's way": (7, "services/collector/drivers/", "services/controller/drivers/"),
    "One press's way": (13, "frontend/src/ask/", "services/controller/drivers/"),
    "One alarm's way": (8, "services/notifier/", "services/notifier/channels/"),
}
"""How many files each passes through at most, and where it begins and ends."""


def steps_of(way: str) -> list[str]:
    section = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition(f"## {way}\n")[2].partition("\n## ")[0]
    steps = STEP.findall(section)
    assert [int(number) for number, _, _ in steps] == list(range(1, len(steps) + 1))
    return [path for _, path, _ in steps]


def imported_by(path: str) -> set[str]:
    """The modules of ours that a file names in an import, as paths."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return {f"{module.replace('.', '/')}.py" for module in found}


def service_of(path: str) -> str:
    return "/".join(path.split("/")[:2])


@pytest.mark.parametrize("way", WAYS)
def test_a_way_passes_through_no_more_files_than_told_from_its_begin_to_its_end(way: str) -> None:
    most, begin, end = WAYS[way]
    steps = steps_of(way)
    assert 2 <= len(steps) <= most and len(set(steps)) == len(steps)
    assert steps[0].startswith(begin) and steps[-1].startswith(end)


@pytest.mark.parametrize("way", WAYS)
def test_each_file_of_a_way_is_called_by_one_before_it_or_hears_the_message(way: str) -> None:
    steps = steps_of(way)
    for n, path in enumerate(steps[1:], 1):
        before = [one for one in steps[:n] if service_of(one) == service_of(path)]
        registry = str(Path(path).parent / "__init__.py")  # a driver or channel is chosen by its kind
        if before:
            callers = {*before, *([registry] if path == steps[-1] else [])}
            handed = {one for caller in callers for one in imported_by(caller) if (ROOT / one).is_file()}
            assert any(path in imported_by(one) for one in callers | handed), f"nothing before it leads to {path}"
        else:
            assert re.search(r"bus\.on\(|_verb\(", (ROOT / path).read_text("utf-8")), f"{path} hears nothing"


def test_each_stop_of_the_way_is_where_it_is_told_to_be() -> None:
    for _, path, place in STEP.findall((ROOT / "ARCHITECTURE.md").read_text("utf-8")):
        code = (ROOT / path).read_text("utf-8")
        for name in place.split("."):
            assert re.search(rf"^ *(export )?(async )?(def|class|function) {name}\b", code, re.MULTILINE), (
                f"{name} is not in {path}"
            )


ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \|", re.MULTILINE)
NUMBERS = {"Six": 6, "Twelve": 12, "Thirteen": 13, "Sixteen": 16}


def test_the_files_that_a_new_driver_takes_are_counted_and_have_what_is_told() -> None:
    sections = (ROOT / "docs" / "manual" / "drivers.md").read_text("utf-8").split("\n## ")[1:]
    assert len(sections) == 4
    for section in sections:
        rows = ROW.findall(section)
        for path, name in rows:
            assert re.search(rf"\b{name}(\b|(?<=_))", (ROOT / path).read_text("utf-8")), f"{name} is not in {path}"
        counted = re.search(r"^([A-Z][\w-]+) files; ", section, re.MULTILINE)
        assert counted and NUMBERS[counted[1]] == len({path for path, _ in rows})


def test_a_kind_that_exists_has_no_place_that_the_list_leaves_out() -> None:
    """Every service's file with the kind's word in it stands in the list of the drivers, or is one that any kind may have."""
    page = (ROOT / "docs" / "manual" / "drivers.md").read_text("utf-8")
    told = {path for path, _ in ROW.findall(page)}
    own = {f"services/shared/settings/{name}.py" for name in ("checks", "loads", "ranges")}
    own.add("services/controller/drivers/http_template.py")  # a part of that driver
    own.add("services/api/check/hints.py")  # what a person does about its errors, told above the list
    own |= {f"services/cli/{name}.py" for name in ("manual", "reach")}  # a sentence each
    acting = ("services/controller", "services/shared/settings", "services/simulator", "services/api", "services/cli",
              "services/backup")  # fmt: skip
    kinds = {
        "WEBHOOK": ("services/notifier",),
        "IotaWatt": ("services/collector",),
        "http_loads?|HttpLoads|LoadKind.HTTP|HTTP_LOADS": acting,
    }
    for word, folders in kinds.items():
        files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
        found = {str(path.relative_to(ROOT)) for path in files if re.search(rf"\b({word})\b", path.read_text("utf-8"))}
        assert found and found <= told | own, f"{word}: {sorted(found - told)}"


def rows_of_messages() -> dict[str, list[str]]:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    table = text.partition("## Messages")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")][1:]
    return {row[1].strip(): row for row in rows}


def test_the_table_of_messages_is_complete() -> None:
    told = {name: "yes" in row[3] for name, row in rows_of_messages().items()}
    assert told == {kind.__name__: kind.RETAIN for kind in messages.ALL}


SERVICES = ("collector", "controller", "notifier", "api")


def hearers_of(message: str) -> set[str]:
    """The services of which some file takes the message by its name; the debug page's view of the whole bus is none."""
    heard = re.compile(rf"\bbus\.on\(\s*(messages\.)?{message},")
    files = {service: (ROOT / "services" / service).rglob("*.py") for service in SERVICES}
    return {service for service, paths in files.items() if any(heard.search(path.read_text("utf-8")) for path in paths)}


def test_the_table_of_messages_names_who_hears_each() -> None:
    told = {name: row[4].partition("→")[2] for name, row in rows_of_messages().items()}
    named = {name: {service for service in SERVICES if re.search(rf"\b{service}\b(?!\'s)", to)} for name, to in told.items()}
    assert named == {kind.__name__: hearers_of(kind.__name__) for kind in messages.ALL}


def test_the_page_of_the_architecture_stays_one_page() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 130
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
