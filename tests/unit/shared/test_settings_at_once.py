"""One mistake in the form of the file hides no other one: all of them are told in one pass."""

from pathlib import Path

import pytest

from services.shared.settings import SettingsError, load

OTHERS = {"line 6: [FANS] count: found 'banana'", "line 9: [GENERAL] loop_interval_minutes: found '-5'"}
FILE = b"# a note\n%s\n\n%s\nwiring = nc\ncount = banana\n\n[GENERAL]\nloop_interval_minutes = -5\n"


def told(tmp_path: Path, content: bytes) -> list[str]:
    file = tmp_path / "config.txt"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load(file, env={"MINE_DATA_FOLDER": str(tmp_path)})
    return [str(problem).removeprefix("config.txt ") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("second", "header", "first"),
    [
        (b"# the card wrote \x00 here", b"[FANS]", "line 2: line: allowed: a line without control characters"),
        (b"# 35 \xb0C", b"[FANS]", "line 2: file: found bytes that are no UTF-8; allowed: a text file in UTF-8"),
        (b"", b"[FA\x00NS]", "line 4: line: allowed: a line without control characters"),
        (b"", b"[FA\xffNS]", "line 4: file: found bytes that are no UTF-8; allowed: a text file in UTF-8"),
        (b"", b"[FANS", "line 4: section: found '[FANS'; allowed: [SECTION] or [SECTION name] with a name of a-z 0-9 _ -"),
    ],
    ids=["a NUL", "an old charset", "a NUL in a section", "a byte in a section", "a bracket"],
)
def test_what_is_wrong_with_the_form_of_a_line_hides_no_other_mistake(
    tmp_path: Path, second: bytes, header: bytes, first: str
) -> None:
    found = told(tmp_path, FILE % (second, header))
    assert found[0] == first
    assert {one.partition("; allowed")[0] for one in found[1:]} == OTHERS


def test_a_damaged_value_is_told_as_the_line_and_as_the_value(tmp_path: Path) -> None:
    found = told(tmp_path, b"[FANS]\ncount = ban\x00ana\n")
    assert [one.partition(":")[0] for one in found] == ["line 2", "line 2"]


@pytest.mark.parametrize(
    "content", ["[FANS]\ncount = 3\n".encode("utf-16"), bytes(range(128, 256)) * 40], ids=["UTF-16", "binary"]
)
def test_another_file_in_its_place_is_one_mistake(tmp_path: Path, content: bytes) -> None:
    assert told(tmp_path, content) == ["config.txt: file: found bytes that are no UTF-8; allowed: a text file in UTF-8"]


@pytest.mark.parametrize("form", [b"[FANS", b"[FANS]\n# 35 \xb0C", b"[FANS]\n# \x00"], ids=["a bracket", "a byte", "a NUL"])
def test_where_nothing_is_lost_sections_are_compared_all_the_same(tmp_path: Path, form: bytes) -> None:
    found = told(tmp_path, b"[GENERAL]\nmax_temp_celsius = 35\n[TEMPERATURE]\nshed_celsius = 30\n%s\ncount = 0\n" % form)
    assert len(found) == 2
    assert "[TEMPERATURE] shed_celsius" in found[1]
