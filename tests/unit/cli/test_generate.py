"""The files that are made from the code."""

import json
from pathlib import Path

import pytest

from services.cli import asyncapi, generate
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


def test_the_documents_are_the_same_each_time() -> None:
    assert json.dumps(asyncapi.document()) == json.dumps(asyncapi.document())
