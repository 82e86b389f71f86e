"""The pictures of the manual are packed without being spoilt."""

import struct
import zlib

import pytest

from tests.end_to_end.small_png import smaller


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def picture(rows: bytes, *, bits: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", 2, 2, bits, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def shown(png: bytes) -> list[list[int]]:
    """The colours of a picture with a palette, a list for each row."""
    parts, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        parts[png[at + 4 : at + 8]] = png[at + 8 : at + 8 + length]
        at += 12 + length
    wide, high = struct.unpack_from(">II", parts[b"IHDR"])
    palette, data = parts[b"PLTE"], zlib.decompress(parts[b"IDAT"])
    places = [data[y * (wide + 1) + 1 + x] for y in range(high) for x in range(wide)]
    return [list(palette[3 * place : 3 * place + 3]) for place in places]


@pytest.mark.parametrize(
    ("kind", "second"),
    [
        (0, [1, 2, 3, 4, 5, 6]),
        (1, [1, 2, 3, 3, 3, 3]),
        (2, [247, 238, 229, 220, 211, 202]),
        (3, [252, 248, 244, 240, 235, 231]),
        (4, [247, 238, 229, 220, 241, 232]),
    ],
)
def test_a_picture_of_few_colours_stays_as_it_was_however_its_rows_were_filtered(kind: int, second: list[int]) -> None:
    rows = bytes([0, 10, 20, 30, 40, 50, 60, kind, *second])
    assert shown(smaller(picture(rows))) == [[10, 20, 30], [40, 50, 60], [1, 2, 3], [4, 5, 6]]


def test_a_picture_in_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        smaller(picture(bytes(14), bits=16))
