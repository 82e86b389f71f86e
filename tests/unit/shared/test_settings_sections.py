"""What a section says of itself is enough: the tree, the listing, the example and a second machine know it by that."""

from dataclasses import fields

import pytest

from services.shared.settings import Settings
from services.shared.settings.example import example
from services.shared.settings.listing import parts
from services.shared.settings.sections import ALL, Section, SignalSource
from services.shared.settings.watcher import is_watcher

NAMED = [kind for kind in ALL if kind.NAMED]
OF_A_PLANT = {
    "APIS", "ANNUNCIATOR", "SIGNAL", "POWER", "METER", "TEMPERATURE", "MQTT_SENSOR", "IOTAWATT", "FANS", "FOREMAN", "PDU",
    "HTTP_LOADS", "FEEDER", "SCHEDULE",
}  # fmt: skip


def said(*kinds: type[Section]) -> Settings:
    """A configuration that has [WATCH], and one key of each of these."""
    labels = ["WATCH", *(f"{kind.TITLE} one" if kind.NAMED else kind.TITLE for kind in kinds)]
    return Settings(origins={f"{label}.key": "config.txt line 1" for label in labels})


def test_each_section_has_a_place_of_its_own_in_the_tree_by_name_where_it_has_names() -> None:
    tree = {one.name: one.default_factory for one in fields(Settings)}
    assert {kind.field_name(): tree[kind.field_name()] for kind in ALL} == {
        kind.field_name(): dict if kind.NAMED else kind for kind in ALL
    }
    assert set(tree) - {kind.field_name() for kind in ALL} == {"loads", "warnings", "origins", "file", "kept_at"}


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.TITLE)
def test_each_section_with_a_name_is_listed(kind: type[Section]) -> None:
    settings = Settings(**{kind.field_name(): {"one": kind(), "two": kind()}})  # type: ignore[arg-type]
    labels = [label for label, _ in parts(settings)]
    assert [label for label in labels if " " in label] == [f"{kind.TITLE} one", f"{kind.TITLE} two"]
    assert len(labels) == len(set(labels)) == len(ALL) - len(NAMED) + 2


def test_the_example_has_each_section_once_and_those_that_need_a_name_commented_out() -> None:
    lines = example().splitlines()
    for kind in ALL:
        heading = f"#[{kind.TITLE} name]" if kind.NAMED and kind is not SignalSource else f"[{kind.TITLE}]"
        assert lines.count(heading) == 1, heading


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.TITLE)
def test_who_watches_and_has_anything_of_a_plant_is_a_site(kind: type[Section]) -> None:
    assert is_watcher(said())
    assert is_watcher(said(kind)) is (kind.TITLE not in OF_A_PLANT)


def test_the_section_of_a_new_device_is_one_of_a_plant_unless_it_says_no() -> None:
    assert Section.OF_A_SITE


def test_the_sections_that_are_signals_and_devices_themselves_have_names() -> None:
    assert [kind.TITLE for kind in NAMED if kind.IS_A_DEVICE] == [kind.TITLE for kind in ALL if kind.IS_A_DEVICE]
    assert {kind.TITLE for kind in ALL if kind.IS_A_DEVICE} == {"SIGNAL", "MQTT_SENSOR", "HTTP_LOADS"}
