"""Rows for a spreadsheet."""

import csv
import io

import pytest

from services.api import csv_rows
from services.api.csv_rows import text


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_carry_out_is_defused(cell: str) -> None:
    assert next(csv.reader(io.StringIO(text([(cell,)]), newline=""))) == [f"'{cell}"]


def test_numbers_stay_numbers_null_is_empty_and_every_text_comes_back_whole() -> None:
    row = (-5.5, None, True, 'a "b", c', "two\r\nlines", "Käse")
    line = text([row])
    assert line.endswith("\r\n")
    assert next(csv.reader(io.StringIO(line, newline=""))) == ["-5.5", "", "true", 'a "b", c', "two\r\nlines", "Käse"]


@pytest.mark.asyncio
async def test_pages_follow_each_other_until_there_is_none() -> None:
    pages = {0: ([(1,), (2,)], 2), 2: ([(3,)], 3), 3: ([], None)}

    async def following(cursor: int) -> tuple[csv_rows.Rows, int | None]:
        return pages[cursor]

    answer = await csv_rows.answer("things", ("id",), following, 0)
    assert "".join([str(part) async for part in answer.body_iterator]) == "id\r\n1\r\n2\r\n3\r\n"
