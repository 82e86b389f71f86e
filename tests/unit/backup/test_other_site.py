"""What a site would lose by the configuration and the table of loads in an archive, told by name."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.backup import other_site, places
from services.backup.manifest import Manifest
from services.backup.places import Places
from services.shared.backups import Kind
from tests.unit.backup import site

_HEAD = "name,kind,kW,pdu,outlet\n"


def pdus(count: int) -> str:
    return f"[APIS]\npdu_ip = {', '.join(f'127.0.0.{number}' for number in range(1, count + 1))}\n"


def loads(count: int) -> str:
    return _HEAD + "".join(f"rig-{number},outlet,3,pdu-1,{number}\n" for number in range(1, count + 1))


class Two:
    """A site as it is, and the unpacked folder of an archive."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.archive = folder, folder / "unpacked"
        self.archive.mkdir()
        site.make(folder)
        self.places: Places = places.of(site.settings(folder))
        self.now(), self.then()

    def now(self, config: str = "", table: str = _HEAD, control: str = "armed") -> "Two":
        self._write(self._folder, config, table, control)
        return self

    def then(self, config: str | None = "", table: str | None = _HEAD, control: str = "armed") -> "Two":
        self._write(self.archive, config, table, control)
        return self

    def _write(self, folder: Path, config: str | None, table: str | None, control: str) -> None:
        for name in ("config.txt", "loads.csv"):
            (folder / name).unlink(missing_ok=True)
        if config is not None:
            (folder / "config.txt").write_text(f"[GENERAL]\nsite = north\ncontrol = {control}\n{config}")
        if table is not None:
            (folder / "loads.csv").write_text(table)

    def lost(self, manifest_site: str = "north") -> tuple[str, ...]:
        manifest = Manifest(manifest_site, Kind.DAILY.value, site.AT, "0.1.0", ())
        return other_site.lost(manifest, self.archive, self.places)


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return Two(tmp_path)


def test_of_ten_pdus_and_five_loads_each_that_is_not_in_the_backup_is_told(two: Two) -> None:
    two.now(pdus(10), loads(5)).then(pdus(1), loads(1), control="observe")
    assert two.lost() == (
        "of 10 devices 9 are not in the backup: pdu-2, pdu-3, pdu-4, pdu-5, pdu-6 and 4 more",
        "of 5 loads 4 are not in the backup: rig-2, rig-3, rig-4, rig-5",
    )


def test_a_site_that_had_more_and_was_not_armed_loses_nothing(two: Two) -> None:
    two.now(pdus(2), loads(2)).then(pdus(10), loads(5), control="observe")
    assert two.lost() == ()


def test_a_table_of_loads_that_is_shorter_is_told_under_the_same_configuration_and_under_none(two: Two) -> None:
    for config in (pdus(1), None):
        two.now(pdus(1), loads(5)).then(config, loads(4))
        assert two.lost() == ("of 5 loads 1 is not in the backup: rig-5",)


def test_an_archive_of_the_ledger_alone_takes_nothing_and_on_a_new_card_nothing_is_lost(two: Two) -> None:
    two.now(pdus(1), loads(5)).then(None, None)
    assert two.lost() == ()
    two.now(pdus(1), loads(5)).then(pdus(1), None)
    assert two.lost() == ()
    two.places = replace(two.places, config=two.places.config.with_name("absent.txt"))
    two.then("", loads(1))
    assert two.lost() == ()


_APIS = "[APIS]\nroomalert_ip = 127.0.0.1\niotawatt_ip = 127.0.0.2\nfan_relay_ip = 127.0.0.3\n"


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [
        (_APIS, _APIS.replace("iotawatt_ip = 127.0.0.2\n", ""), "of 3 devices 1 is not in the backup: iotawatt-1"),
        ("[FANS]\ncount = 3\nwiring = nc\n", "[FANS]\ncount = 2\nwiring = nc\n", "fan-3"),
        ("[APIS]\nforeman_api = https://api.foreman.mn\n", "", "of 1 device 1 is not in the backup: foreman"),
        ("[SIGNAL]\nurl = http://127.0.0.1/a\n[SIGNAL iso]\nurl = http://127.0.0.1/b\n", "[SIGNAL]\nurl = http://127.0.0.1/a\n",
         "of 2 signals 1 is not in the backup: iso"),
        ("[TEMPERATURE]\nswitches = roomalert-1/switch-1 = utility\n", "[TEMPERATURE]\nswitches = roomalert-1/switch-1 = door\n",
         "of 1 signal 1 is not in the backup: roomalert-1_switch-1"),
        ("[TEMPERATURE]\nroles = roomalert-1/sensor-1 = intake, roomalert-1/sensor-2 = intake\n",
         "[TEMPERATURE]\nroles = roomalert-1/sensor-2 = intake\n", "of 2 sensors 1 is not in the backup: roomalert-1/sensor-1"),
        ("[MQTT_SENSOR meter]\ntopic = site/meter\nunit = kW\n", "", "of 1 device 1 is not in the backup: meter"),
        ("[HTTP_LOADS asics]\nurl = http://{address}\nrange = 127.0.0.1-127.0.0.3:80\n", "",
         "of 1 device 1 is not in the backup: http-asics"),
        ("[PERSON anna]\nemail = anna@site.test\n", "", "of 1 section 1 is not in the backup: [PERSON anna]"),
    ],
)  # fmt: skip
def test_whatever_is_read_heard_switched_or_called_is_told(two: Two, now: str, then: str, words: str) -> None:
    fans = _APIS if "[FANS]" in now else ""
    two.now(fans + now).then(fans + then)
    assert any(words in line for line in two.lost()), two.lost()


def test_another_name_is_told_where_it_is_not_asked_about_anyhow(two: Two) -> None:
    (two.archive / "config.txt").write_text("[GENERAL]\nsite = south\n")
    assert two.lost() == ("the site 'north' is 'south' in the backup",)
    assert two.lost("south") == ()


@pytest.mark.parametrize(
    "garbage", [b"", b"\xff\xfe\x00", b"[GENERAL", b"[APIS]\npdu_ip = ,,,\n", b"[FANS]\ncount = nan\nchannels = a/b\n" * 300]
)
def test_of_a_file_that_cannot_be_read_everything_is_lost_and_nothing_breaks(two: Two, garbage: bytes) -> None:
    two.now(pdus(3), loads(2)).then("", _HEAD)
    (two.archive / "config.txt").write_bytes(garbage)
    assert "of 3 devices 3 are not in the backup: pdu-1, pdu-2, pdu-3" in two.lost()
    (two.archive / "loads.csv").write_bytes(garbage)
    assert any("of 2 loads 2 are not" in line for line in two.lost())
    two.places.config.write_bytes(garbage)
    assert isinstance(two.lost(), tuple)
