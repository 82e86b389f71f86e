"""Who may write what (`mosquitto/acl`) is what its code makes and what ARCHITECTURE.md tells: no right that nobody uses."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.shared import messages
from tests.unit.test_architecture import ROOT, SERVICES, rows_of_messages

FIRST = {kind.TOPIC.split("/")[0]: kind.__name__ for kind in messages.ALL}
BY_SHARED = {"services.shared.pollers.Pollers": "Devices", "services.shared.raw_tap.Tap": "Raw"}
"""What `services/shared` publishes for whoever uses it."""
KEPT_INSIDE = {"controller": {"Request"}, "notifier": {"Alarm"}}
"""Made and not published: a stop that went straight to the controller, and the notifier's alarms of its own."""


def granted() -> dict[str, set[str]]:
    """The messages each service may write; a ping is none."""
    parts = re.split(r"^user (\w+)$", (ROOT / "mosquitto" / "acl").read_text("utf-8"), flags=re.MULTILINE)[1:]
    users = dict(zip(parts[::2], parts[1::2], strict=True))
    written = {user: set(re.findall(r"^topic write mine/1/\+/(\w+)", text, re.MULTILINE)) for user, text in users.items()}
    return {service: {FIRST[first] for first in written[service] - {"ping"}} for service in SERVICES}


def made_in(path: Path) -> Iterator[str]:
    """The messages that a file makes, by itself or by what it imports of `services/shared`."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    imported = [(node.module or "", name) for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names]
    full = {name.asname or name.name: f"{module}.{name.name}" for module, name in imported}
    yield from (BY_SHARED[one] for one in full.values() if one in BY_SHARED)
    for called in (ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)):
        first, dot, rest = called.partition(".")
        module, _, name = (full.get(first, "") + dot + rest).rpartition(".")
        if module == messages.__name__:
            yield name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_write_what_it_publishes_and_nothing_else(service: str) -> None:
    made = {name for path in (ROOT / "services" / service).rglob("*.py") for name in made_in(path)} & set(FIRST.values())
    assert made >= KEPT_INSIDE.get(service, set())
    assert granted()[service] == {"Presence"} | made - KEPT_INSIDE.get(service, set())


def test_the_table_of_messages_names_who_publishes_each() -> None:
    told = {name: row[4].partition("→")[0] for name, row in rows_of_messages().items()}
    named = {
        name: {service for service in SERVICES if "every service" in by or re.search(rf"\b{service}\b", by)}
        for name, by in told.items()
    }
    assert named == {name: {service for service, may in granted().items() if name in may} for name in FIRST.values()}
