"""loads.csv and the ranges: which loads there are, and what may be switched."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.settings import LoadRow, Settings, SettingsError, load
from services.shared.settings.foreman import REAL, foreman_base
from services.shared.settings.ranges import expand
from services.shared.vocabulary import LoadKind

BASE = "[APIS]\npdu_ip = 192.168.1.102\n"


def site(folder: Path, loads: str, config: str = BASE) -> Settings:
    (folder / "config.txt").write_text(config)
    (folder / "loads.csv").write_text(loads)
    return load(folder / "config.txt", env={})


def test_a_row_becomes_a_load_in_any_order_and_case_of_columns(tmp_path: Path) -> None:
    settings = site(tmp_path, "\ufeffKW;Name;kind;PDU;outlet;foreman_id\n3.25;m-1;Foreman;1;7;100\n")
    assert settings.loads == (LoadRow("m-1", LoadKind.FOREMAN, "main", "main", 3.25, foreman_id=100, pdu="pdu-1", outlet=7),)


def test_the_example_table_loads(tmp_path: Path) -> None:
    settings = site(tmp_path, Path("config/loads.example.csv").read_text())
    assert [row.name for row in settings.loads if row.protected] == ["switch-1"]
    assert len(settings.loads) == 5


def test_no_table_is_no_load_and_one_warning(tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text(BASE)
    settings = load(tmp_path / "config.txt", env={})
    assert settings.loads == ()
    assert settings.warnings == ("loads.csv is not there: no load can be switched",)


def test_every_mistake_of_the_table_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        site(tmp_path, "name,kind,kW,outlet\n# note\nm-1,foreman,nan,x\n\n,outlet,2\n")
    assert [(p.where, p.what) for p in caught.value.problems] == [
        ("loads.csv line 3", "column kw"), ("loads.csv line 3", "column outlet"), ("loads.csv line 5", "column name"),
    ]  # fmt: skip


def test_watts_in_the_kw_column_are_warned_about(tmp_path: Path) -> None:
    settings = site(tmp_path, "name,kind,kW,foreman_id\nm-1,foreman,3300,1\n")
    assert any("are these watts?" in warning for warning in settings.warnings)


def test_a_range_makes_one_load_for_each_address(tmp_path: Path) -> None:
    config = "[HTTP_LOADS row-c]\nurl = http://{address}\nrange = 10.0.0.254-10.0.1.1:8080\nkw = 2.5\nzone = north\n"
    loads = site(tmp_path, "", config).loads
    assert [row.name for row in loads] == ["row-c-001", "row-c-002", "row-c-003", "row-c-004"]
    assert loads[3] == LoadRow(
        "row-c-004", LoadKind.HTTP, "row-c", "north", 2.5, address="10.0.1.1:8080", section="row-c"
    )  # fmt: skip


def test_a_row_of_kind_http_belongs_to_the_only_section(tmp_path: Path) -> None:
    loads = site(tmp_path, "name,kind,kW,address\nh-1,http,3,10.0.0.9:80\n", "[HTTP_LOADS h]\nurl = http://{address}\n").loads
    assert loads[0].section == "h"


def test_a_range_of_ports_is_expanded() -> None:
    assert expand("127.0.0.1:9001-9003") == ["127.0.0.1:9001", "127.0.0.1:9002", "127.0.0.1:9003"]


@pytest.mark.parametrize(
    "text", ["", "10.0.0.1", "10.0.0.1-10.0.0.300:80", "10.0.0.1-11.0.0.1:80", "a:1-70000", "a:0-3", "10.0.0.1-10.0.0.2:0"]
)
def test_a_wrong_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="to 1000 of them"):
        expand(text)


@given(st.text(alphabet="name,kindW3.5x\n\"'#;- \x00é", max_size=200))
def test_a_garbled_table_gives_mistakes_or_loads_and_never_a_crash(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    try:
        site(tmp_path_factory.mktemp("site"), "name,kind,kW\n" + text)
    except SettingsError as error:
        assert error.problems


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("", ""), ("https://api.foreman.mn", REAL), ("https://api.foreman.mn/api/", REAL), ("http://foreman.mn/api", REAL),
        ("dashboard.foreman.mn", REAL), ("https://proxy.example/fm/", "https://proxy.example/fm"),
        ("127.0.0.1:8443", "http://127.0.0.1:8443/api"), ("http://localhost:1/api", "http://localhost:1/api"),
        ("foreman.example:8443", "https://foreman.example:8443/api"),
        ("https://foreman.mn.evil.example", "https://foreman.mn.evil.example/api"),
    ],
)  # fmt: skip
def test_foremans_address_is_understood(text: str, base: str) -> None:
    assert foreman_base(text, demo=False)[0] == base


def test_only_the_simulated_site_may_name_foreman_without_tls() -> None:
    assert foreman_base("http://simulator:18020", demo=True) == ("http://simulator:18020/api", None)
    for text in ("http://simulator:18020", "ftp://api.foreman.mn", "https://", "https://a b", "https://u:p@a.example", "a:99999"):
        with pytest.raises(ValueError):
            foreman_base(text, demo=False)
