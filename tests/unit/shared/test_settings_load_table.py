"""The form of loads.csv: bytes that are no text, quotation marks and control characters hide no other mistake of the file."""

from pathlib import Path

import pytest

from services.shared.settings import SettingsError, load

HEADER = b"name,kind,kW,priority\n"
NO_TEXT = "found bytes that are no UTF-8; allowed: a text file in UTF-8"
QUOTES = "found a value that cannot be read; allowed: quotation marks in pairs around a whole value"


def told(folder: Path, table: bytes) -> list[str]:
    (folder / "config.txt").write_text("[FANS]\ncount = 9\n")
    (folder / "loads.csv").write_bytes(table)
    with pytest.raises(SettingsError) as caught:
        load(folder / "config.txt", env={})
    return [str(problem) for problem in caught.value.problems]


def test_a_byte_that_is_no_text_hides_no_other_mistake_of_the_table(tmp_path: Path) -> None:
    table = HEADER + b"m-1,miner,x,5\nM\xfchle,http,3,11\nm-3,http,abc,5\n"
    assert [line.partition("; allowed")[0] for line in told(tmp_path, table)] == [
        "loads.csv line 2: column kind: found 'miner'",
        "loads.csv line 2: column kw: found 'x'",
        "loads.csv line 3: column name: found bytes that are no UTF-8",
        "loads.csv line 3: column priority: found '11'",
        "loads.csv line 4: column kw: found 'abc'",
    ]


def test_an_old_code_page_is_one_mistake_for_each_value_that_it_touches(tmp_path: Path) -> None:
    table = HEADER + b"".join(b"M\xfchle-%d,http,3,5\n" % number for number in range(150))
    assert told(tmp_path, table) == [f"loads.csv line {number}: column name: {NO_TEXT}" for number in range(2, 152)]


def test_a_comment_that_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    table = b"# 35 \xb0C\n" + HEADER + b"# 3 \xb0C\nm-1,http,0,5\n"
    assert [line.partition(": found")[0] for line in told(tmp_path, table)] == [
        "loads.csv line 1: comment", "loads.csv line 3: comment", "loads.csv line 4: column kw",
    ]  # fmt: skip


@pytest.mark.parametrize("column", [b"pri\xf6rity", b"prioritie"])
def test_a_column_that_is_none_hides_no_mistake_of_a_row_and_makes_none_up(tmp_path: Path, column: bytes) -> None:
    table = b"name,kind,kW,pdu," + column + b",outlets\nm-1,outlet,x,1,5,7\nm-2,outlet,3,1,5,8\n"
    assert [line.partition(": found")[0] for line in told(tmp_path, table)] == [
        "loads.csv line 1: column", "loads.csv line 1: column", "loads.csv line 2: column kw",
    ]  # fmt: skip


def test_a_column_that_must_be_there_is_missed_once_and_not_in_each_row(tmp_path: Path) -> None:
    assert [line.partition("; allowed")[0] for line in told(tmp_path, b"name,kind,watts\nm-1,miner,3\nm-2,http,3\n")] == [
        "loads.csv line 1: column: found 'watts'",
        "loads.csv line 1: header: found no column kw",
        "loads.csv line 2: column kind: found 'miner'",
    ]


def test_a_quotation_mark_left_open_takes_no_other_row_with_it(tmp_path: Path) -> None:
    table = HEADER + b'"m-1,http,3,5\nm-2,http,abc,5\n"m-3",http,0,5\n'
    assert [line.partition("; allowed: a number")[0] for line in told(tmp_path, table)] == [
        f"loads.csv line 2: row: {QUOTES}", "loads.csv line 3: column kw: found 'abc'", "loads.csv line 4: column kw: found '0'",
    ]  # fmt: skip


@pytest.mark.parametrize("odd", [b"\x0c", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8", b"\0"])
def test_what_an_editor_takes_for_no_new_line_moves_no_number_of_a_line(tmp_path: Path, odd: bytes) -> None:
    assert "loads.csv line 3: column kw: found 'x'" in told(tmp_path, HEADER + b"a" + odd + b"b,http,3,5\nm-2,http,x,5\n")[-1]


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_the_lines_of_other_systems_count_alike(tmp_path: Path, end: bytes) -> None:
    table = (HEADER + b"m-1,http,x,5\n").replace(b"\n", end)
    assert [line.partition(": found")[0] for line in told(tmp_path, table)] == ["loads.csv line 2: column kw"]


@pytest.mark.parametrize("table", ["name,kind,kW\nm-1,http,3\n".encode("utf-16"), bytes(range(128, 256)) * 40])
def test_a_table_that_is_no_text_at_all_is_told_in_a_line_or_two(tmp_path: Path, table: bytes) -> None:
    lines = told(tmp_path, table)
    assert len(lines) <= 4
    assert "bytes that are no UTF-8" in lines[0]
