"""The access log: a rotated file of its own beside the service's, because a page that is looked at would fill the journal."""

import contextlib
import logging
import queue
from collections.abc import Iterator
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path

LOGGER = "services.api.access"
FILE_BYTES = 5_000_000
FILES_KEPT = 3
QUEUE_LINES = 10_000


class _Lines(QueueHandler):
    """Never waits: a full queue loses the line, a dying card stalls nobody."""

    def enqueue(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(queue.Full):
            self.queue.put_nowait(record)


@contextlib.contextmanager
def kept(folder: str) -> Iterator[None]:
    """Keep the access log in `folder`; without one, or where it cannot be written, it goes where all log lines go."""
    log = logging.getLogger(LOGGER)
    try:
        listener = _listener(Path(folder)) if folder else None
    except OSError as error:
        log.warning("no access log of its own: %s", error)
        listener = None
    if listener is None:
        yield
        return
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


def _listener(folder: Path) -> QueueListener:
    folder.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(folder / "access.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    lines: queue.Queue[logging.LogRecord] = queue.Queue(QUEUE_LINES)
    return QueueListener(lines, file)
