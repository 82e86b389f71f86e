"""That a long command works, for a person who watches: on stderr, on a terminal alone."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

_EACH_S = 0.5
_WIDE = 30
_CLEAR = "\r\x1b[K"


def changing(text: str) -> bool:
    """Show the text in place of the line before; an empty one takes that away. False, and nothing shown, off a terminal."""
    if not sys.stderr.isatty():
        return False
    sys.stderr.write(f"{_CLEAR}{text}")
    sys.stderr.flush()
    return True


@contextmanager
def working(words: str, *, quiet: bool = False) -> Iterator[None]:
    """The words with the seconds that have passed, until it ends; then the line is gone."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    ended = Event()
    thread = Thread(target=_tick, args=(words, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        changing("")


def bar(words: str, *, quiet: bool = False) -> Callable[[float], None]:
    """Takes the share that is done, 0 to 1; at 1 the line is gone."""
    if quiet or not sys.stderr.isatty():
        return lambda _: None
    shown = -1

    def show(share: float) -> None:
        nonlocal shown
        if (percent := int(min(max(share, 0.0), 1.0) * 100)) != shown:
            shown = percent
            done = percent * _WIDE // 100
            changing("" if percent == 100 else f"[{'#' * done}{'.' * (_WIDE - done)}] {percent} % {words}")

    return show


def _tick(words: str, ended: Event) -> None:
    began_s = time.monotonic()
    while not ended.wait(_EACH_S):
        changing(f"{words} ... {time.monotonic() - began_s:.0f} s")
