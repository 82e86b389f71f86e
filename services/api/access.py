"""The access log: a rotated file of its own beside the service's, because a page that is looked at would fill the journal."""

import contextlib
import logging
import queue
from collections.abc import Iterator
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path

from services.shared.clock import Clock
from services.shared.log_file import LogFile

LOGGER = "services.api.access"
QUEUE_LINES = 10_000


class _Lines(QueueHandler):
    """Never waits: a full queue loses the line, a dying card stalls nobody."""

    def enqueue(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(queue.Full):
            self.queue.put_nowait(record)


@contextlib.contextmanager
def kept(folder: str) -> Iterator[None]:
    """Keep the access log in `folder`; without one it goes where all log lines go. Lines that a card refuses are missing."""
    log = logging.getLogger(LOGGER)
    if not folder:
        yield
        return
    file = LogFile(Path(folder) / "access.log", Clock().now)
    if file.unopened:
        log.warning("no access log of its own: %s", file.unopened)
    listener = _listener(file)
    handler = _Lines(listener.queue)
    log.addHandler(handler)
    log.propagate = False
    listener.start()
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate = True
        listener.stop()
        for own in listener.handlers:
            own.close()


def _listener(file: LogFile) -> QueueListener:
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    lines: queue.Queue[logging.LogRecord] = queue.Queue(QUEUE_LINES)
    return QueueListener(lines, file)
