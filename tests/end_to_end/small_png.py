"""A picture of a page in at most 256 colours: a third of what the browser writes, and nobody sees the difference.

PNG, third edition: https://www.w3.org/TR/png-3/ (chunks 5, filters 9, palette 11.2.2). 8 bits a channel, not interlaced.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

_MAGIC = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {2: 3, 6: 4}  # by colour type; what is transparent is not kept
_MOST = 256

Colour = tuple[int, ...]


def smaller(png: bytes) -> bytes:
    """The picture with the colours used most; any other becomes the nearest of them."""
    chunks = list(_chunks(png))
    wide, high, bits, kind, *_, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if bits != 8 or kind not in _CHANNELS or interlaced:
        raise ValueError("not a picture as the browser writes it")
    rows = list(_rows(zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT")), wide, _CHANNELS[kind]))
    counted = Counter(colour for row in rows for colour in row)
    palette = [colour for colour, _ in counted.most_common(_MOST)]
    place = {colour: _nearest(colour, palette) for colour in counted}
    packed = zlib.compress(b"".join(b"\0" + bytes(place[colour] for colour in row) for row in rows), 9)
    head = struct.pack(">IIBBBBB", wide, high, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(bytes(one) for one in palette)), (b"IDAT", packed), (b"IEND", b""))
    return _MAGIC + b"".join(_chunk(name, data) for name, data in parts)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_MAGIC)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _rows(data: bytes, wide: int, channels: int) -> Iterator[list[Colour]]:
    length, before = wide * channels, bytearray(wide * channels)
    for at in range(0, len(data), length + 1):
        before = _unfiltered(data[at], data[at + 1 : at + 1 + length], before, channels)
        yield [tuple(before[x : x + 3]) for x in range(0, length, channels)]


def _unfiltered(kind: int, row: bytes, above: bytearray, step: int) -> bytearray:
    out = bytearray(row)
    for x in range(len(out)) if kind else ():
        left, corner = (out[x - step], above[x - step]) if x >= step else (0, 0)
        out[x] = (out[x] + (left, above[x], (left + above[x]) // 2, _paeth(left, above[x], corner))[kind - 1]) & 255
    return out


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


def _nearest(colour: Colour, palette: list[Colour]) -> int:
    return min(range(len(palette)), key=lambda place: sum((a - b) ** 2 for a, b in zip(colour, palette[place], strict=True)))
