"""A log file that is followed: each line once, and none left out, whatever happens to the file meanwhile."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.cli.log_files import newest, opened
from services.cli.log_lines import Entries, Entry
from services.cli.log_tail import Tail

LINE = "2026-07-01T10:00:{second:02d}Z INFO api loop: line {second}\n"
TRACEBACK = ("2026-07-01T10:00:09Z ERROR api loop: it broke\n    Traceback\n", "      File one\n    ValueError: two\n")


class Follower:
    """What `mine logs --follow api` shows: first what is there, then what comes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.path = folder / "api.log"
        self.files = opened(folder, "api", stack, without_torn=True)
        self.stack = stack

    def first(self) -> list[str]:
        shown = texts(placed.entry for placed in newest(self.files, lambda _: True, 100, ""))
        self.tail = Tail(self.path, self.files[0] if self.files else None)
        self.stack.callback(self.tail.close)
        return shown

    def looks(self, times: int = 2) -> list[str]:
        return [text for _ in range(times) for text in texts(self.tail.more())]

    def writes(self, *texts: str) -> None:
        with self.path.open("a") as file:
            file.write("".join(texts))

    def turns(self) -> None:
        self.path.rename(self.path.with_name("api.log.1"))


def texts(entries: Iterator[Entry] | list[Entry]) -> list[str]:
    return [entry.text for entry in entries]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened_files:
        yield opened_files


def lines(*seconds: int) -> str:
    return "".join(LINE.format(second=second) for second in seconds)


def test_a_line_written_between_the_first_look_and_the_next_is_shown_once(tmp_path: Path, stack: ExitStack) -> None:
    (tmp_path / "api.log").write_text(lines(0, 1))
    follower = Follower(tmp_path, stack)
    follower.writes(lines(2))
    assert follower.first() == ["line 0", "line 1"]
    assert follower.looks() == ["line 2"]


def test_a_line_that_is_half_written_at_the_first_look_is_shown_once_and_whole(tmp_path: Path, stack: ExitStack) -> None:
    (tmp_path / "api.log").write_text(lines(0, 1)[:-4])
    follower = Follower(tmp_path, stack)
    assert follower.first() == ["line 0"]
    assert follower.looks() == []
    follower.writes(lines(1)[-4:])
    assert follower.looks() == ["line 1"]


def test_a_traceback_that_comes_in_two_looks_is_one_entry(tmp_path: Path, stack: ExitStack) -> None:
    (tmp_path / "api.log").write_text("")
    follower = Follower(tmp_path, stack)
    assert follower.first() == []
    follower.writes(TRACEBACK[0])
    assert follower.looks(1) == []
    follower.writes(TRACEBACK[1])
    assert follower.looks() == ["it broke\n    Traceback\n      File one\n    ValueError: two"]
    assert follower.looks() == []


def test_a_torn_last_line_of_a_turned_file_does_not_swallow_the_first_of_the_new_one(tmp_path: Path, stack: ExitStack) -> None:
    (tmp_path / "api.log").write_text("")
    follower = Follower(tmp_path, stack)
    assert follower.first() == []
    follower.writes(lines(1), lines(2)[:-2])
    assert follower.looks() == ["line 1"]
    follower.turns()
    follower.writes(lines(3))
    assert follower.looks() == ["line ", "line 3"]


def test_a_file_that_is_turned_emptied_or_begun_is_followed_to_its_end(tmp_path: Path, stack: ExitStack) -> None:
    follower = Follower(tmp_path, stack)
    assert (follower.first(), follower.looks()) == ([], [])
    follower.writes(lines(1))
    assert follower.looks() == ["line 1"]
    follower.writes(lines(2))
    follower.turns()
    assert follower.looks(1) == []
    follower.writes(lines(3, 4))
    assert follower.looks() == ["line 2", "line 3", "line 4"]
    follower.path.write_text("")
    assert follower.looks() == []
    follower.path.write_text(lines(5))
    assert follower.looks() == ["line 5"]
    follower.path.unlink()
    assert follower.looks() == []


def test_a_file_that_is_turned_while_it_is_opened_is_shown_once(tmp_path: Path, stack: ExitStack) -> None:
    (tmp_path / "api.log").write_text(lines(0))
    follower = Follower(tmp_path, stack)
    follower.writes(lines(1))
    follower.turns()
    follower.writes(lines(2))
    assert follower.first() == ["line 0"]
    assert follower.looks() == ["line 1", "line 2"]


def test_a_line_without_an_end_does_not_take_the_memory(tmp_path: Path, stack: ExitStack) -> None:
    (tmp_path / "api.log").write_text("")
    follower = Follower(tmp_path, stack)
    assert follower.first() == []
    follower.writes(lines(1)[:-1], "x" * 10_000_000)
    assert follower.looks() == []
    follower.writes("\n", "z\n" * 200_000, lines(2))
    first, second = follower.looks()
    assert (len(first) < 101_000, second) == (True, "line 2")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_entries_are_the_same_in_whatever_pieces_they_come(size: int) -> None:
    text = (lines(1) + "".join(TRACEBACK) + "\n" + lines(2)[:-1]).encode()
    entries = Entries()
    found = [entry for begin in range(0, len(text), size) for entry in entries.feed(text[begin : begin + size])]
    told = texts(found + entries.finish())
    assert told == ["line 1", "it broke\n    Traceback\n      File one\n    ValueError: two", "line 2"]


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["pipe", "folder"])
def test_a_pipe_or_a_folder_in_a_followed_files_place_holds_nobody_up(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "api.log"
    make(path)
    tail = Tail(path, None)
    assert tail.more() == []
    path.unlink() if path.is_fifo() else path.rmdir()
    path.write_text(LINE.format(second=1))
    assert texts([*tail.more(), *tail.more()]) == ["line 1"]
    tail.close()
