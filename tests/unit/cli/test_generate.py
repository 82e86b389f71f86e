"""The files that are made from the code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli import asyncapi, generate
from services.cli.broker import ROOT
from services.shared import messages


def test_every_message_has_a_channel_and_every_reference_leads_somewhere() -> None:
    document = asyncapi.document()
    assert set(document["channels"]) == {kind.__name__ for kind in messages.ALL} | {"Ping"}
    for reference in _references(document):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    assert document["channels"]["Reading"]["address"] == "mine/1/{site}/reading/{level1}/{level2}"


def test_what_is_out_of_date_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "FILES", {"a.txt": lambda: "new\n", "b.txt": lambda: "same\n", "c.txt": lambda: "absent\n"})
    (tmp_path / "a.txt").write_text("old\n")
    (tmp_path / "b.txt").write_text("same\n")
    assert generate.stale(tmp_path) == {"a.txt": "new\n", "c.txt": "absent\n"}


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in _references(value)]
    return [found for value in part for found in _references(value)] if isinstance(part, list) else []


def test_the_files_are_the_same_each_time_whatever_the_order_of_sets() -> None:
    program = "import json; from services.cli.generate import FILES; print(json.dumps({n: make() for n, make in FILES.items()}))"
    made = []
    for seed in ("1", "2"):
        env = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        made.append(json.loads(done.stdout))
    assert made[0].keys() == generate.FILES.keys()
    assert [name for name, text in made[0].items() if made[1][name] != text] == []
