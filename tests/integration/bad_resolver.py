"""A name server that a test turns off: it answers every name with this computer, knows none, or swallows the questions."""

import socket
import threading
from typing import Literal

Does = Literal["answers", "knows none", "swallows"]
_LOCAL = bytes((0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1))  # RFC 1035, 4.1.3: an A record of no lifetime


class BadResolver:
    """Listens on port 53 of an address of its own on the loopback: a resolv.conf names no port. `asked` counts questions."""

    def __init__(self, host: str = "127.53.53.53") -> None:
        self.host = host
        self.does: Does = "answers"
        self.asked = 0
        self._ended = False
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((host, 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Port 53 is free again."""
        with socket.socket(type=socket.SOCK_DGRAM) as last:
            self._ended = True
            last.sendto(b"", (self.host, 53))
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while not self._ended:
            question, asker = self._socket.recvfrom(512)
            self.asked += 1
            if self.does != "swallows" and question:
                self._socket.sendto(self._answer(question), asker)

    def _answer(self, question: bytes) -> bytes:
        end = question.index(0, 12) + 5
        is_a = question[end - 4 : end - 2] == b"\x00\x01"
        known = self.does == "answers"
        flags = b"\x81\x80" if known else b"\x81\x83"
        count = int(known and is_a)
        return question[:2] + flags + b"\0\1" + bytes((0, count)) + b"\0\0\0\0" + question[12:end] + _LOCAL * count
