"""Every alarm that the code can raise has a row in the catalogue, and every row is raised."""

import ast
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

from services.shared.catalogue import CATALOGUE, AlarmClass, class_of, is_known
from services.shared.vocabulary import AlarmKind, Priority

ROOT = Path(__file__).resolve().parents[3]
KEYS = [row.key for row in CATALOGUE]
FIRST = ("AlarmWanted", "_warning")
"""Of these calls the first argument is an alarm's key; of `Alarm` it is the argument `key`."""


def pattern_of(node: ast.expr, names: dict[str, str]) -> str | None:
    """A text in the code as a pattern, * for what is put in when it runs. None: it is made somewhere else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            parts = [pattern_of(part, names) for part in values]
            return "".join(part or "*" for part in parts)
        case ast.FormattedValue(value=ast.Name(id=name)) if name.isupper():
            return names.get(name)
        case ast.Name(id=name):
            return names.get(name)
        case ast.BinOp(left=left, op=ast.Add()):
            begin = pattern_of(left, names)
            return f"{begin}*" if begin else None
    return None


def names_of(tree: ast.AST, known: dict[str, str]) -> dict[str, str]:
    """What the names of a module stand for, beside those of all modules."""
    found = dict(known)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = pattern_of(node.value, found)
            if text is not None:
                found[node.targets[0].id] = text
    return found


def keys_in(tree: ast.AST, names: dict[str, str]) -> Iterator[ast.expr]:
    """Where keys stand: in calls that make an alarm, and beside a finding that is yielded."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from (argument.value for argument in node.keywords if argument.arg == "key" and node.func.id == "Alarm")
            yield from node.args[: 1 if node.func.id in FIRST else 0]
        if isinstance(node, ast.FunctionDef) and node.returns is not None and "Finding" in ast.unparse(node.returns):
            found = (one.value for one in ast.walk(node) if isinstance(one, ast.Yield))
            yield from (one.elts[0] for one in found if isinstance(one, ast.Tuple))


@cache
def raised() -> frozenset[str]:
    """The keys that the services raise, as patterns."""
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "services").rglob("*.py"))]
    constants = {
        node.targets[0].id: node.value.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper()
        and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }  # fmt: skip
    found: set[str] = set()
    for tree in trees:
        names = names_of(tree, constants)
        found |= {text for node in keys_in(tree, names) if (text := pattern_of(node, names)) is not None}
    return frozenset(found - {"*"})


def test_the_code_is_read_well_enough_to_find_the_alarms_of_every_service() -> None:
    assert {"signal_lost_*", "fans_disproved", "temperature_low_*", "database", "card_full", "device_lost_*", "door", "trip_*",
            "broker_lost", "ledger", "service_lost_*", "channel_lost_*", "switch_lost_*", "site_silent"} <= raised()  # fmt: skip


def test_every_alarm_that_the_code_can_raise_has_a_row() -> None:
    assert [key for key in sorted(raised()) if not any(fnmatchcase(row, key) or row == key for row in KEYS)] == []


def test_every_row_is_raised() -> None:
    assert [row for row in KEYS if not any(fnmatchcase(row, key) for key in raised())] == []


def test_a_key_has_one_row_the_longest_that_fits() -> None:
    assert len(set(KEYS)) == len(KEYS)
    assert class_of("signal_lost_utility").key == "signal_lost_*"
    assert class_of("signal_utility").key == "signal_*"
    assert class_of("service_lost_controller").kind is AlarmKind.EMERGENCY
    assert class_of("service_lost_api").kind is AlarmKind.WARNING
    assert not is_known("ghost")
    assert class_of("ghost").kind is AlarmKind.WARNING


@pytest.mark.parametrize("row", CATALOGUE, ids=KEYS)
def test_a_row_tells_cause_consequence_and_what_to_do_and_its_times_are_sane(row: AlarmClass) -> None:
    assert row.cause and row.consequence and row.action and row.owner
    assert 0 <= row.on_delay_s <= 600 and (row.latched or 10 <= row.off_delay_s <= 3_600)
    assert row.kind is not AlarmKind.EMERGENCY or row.priority is not Priority.LOW


@pytest.mark.parametrize("row", [row for row in CATALOGUE if row.follows], ids=lambda row: row.key)
def test_what_an_alarm_follows_from_exists_and_is_not_itself(row: AlarmClass) -> None:
    for pattern in row.follows:
        assert is_known(pattern.replace("{}", "x"))
        assert not fnmatchcase(row.key, pattern)
        assert "{}" not in pattern or row.key.endswith("*")


def test_nothing_follows_from_itself_over_others() -> None:
    def causes(key: str, seen: frozenset[str]) -> None:
        assert key not in seen, f"{key} follows from itself"
        for pattern in class_of(key).follows:
            causes(pattern.replace("{}", "x"), seen | {key})

    for key in KEYS:
        causes(key.replace("*", "x"), frozenset())


def test_a_trip_is_of_high_priority_and_what_the_utility_asks_for_is_not() -> None:
    assert {row.priority for row in CATALOGUE if row.key.startswith("trip_")} == {Priority.HIGH}
    assert class_of("signal_utility").priority is Priority.MEDIUM


def test_most_alarms_are_low_and_few_are_high() -> None:
    """The trips count once: they are one thing that a person resets, by its cause."""
    once = {"trip" if row.key.startswith("trip_") else row.key: row for row in CATALOGUE}.values()
    counts = Counter(row.priority for row in once)
    assert counts[Priority.LOW] >= 0.6 * len(CATALOGUE)
    assert counts[Priority.HIGH] <= 0.15 * len(CATALOGUE)
