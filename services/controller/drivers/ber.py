"""ITU-T X.690's basic encoding rules, as far as SNMP goes by them: tags of one byte and definite lengths (RFC 3417 section 8).

By hand, because with pyasn1 the reading of eight PDUs every five seconds was two thirds of the controller's work. The tests
compare these bytes with its own.
"""

from functools import lru_cache

INTEGER, TEXT, NULL, OBJECT, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
_LONG = 0x80
_MOST_LENGTH_BYTES = 4
_MOST_NUMBER_BYTES = 9
"""A Counter64 (RFC 2578) with its sign."""
_MOST_OBJECT_BYTES = 640
"""128 numbers of 32 bits (RFC 2578 section 3.5)."""


def packed(tag: int, *parts: bytes) -> bytes:
    """A tag with its length and its content."""
    content = b"".join(parts)
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def integer(value: int) -> bytes:
    """A whole number in as few bytes as hold it."""
    bits = (value if value >= 0 else ~value).bit_length()
    return packed(INTEGER, value.to_bytes(bits // 8 + 1, "big", signed=True))


@lru_cache(maxsize=4096)
def object_id(text: str) -> bytes:
    """An object identifier from its dotted form. Raises ValueError."""
    first, second, *others = (int(number) for number in text.split("."))
    return packed(OBJECT, *(_base_128(number) for number in (first * 40 + second, *others)))


def _base_128(number: int) -> bytes:
    found = [number & 0x7F]
    while number := number >> 7:
        found.append(_LONG | number & 0x7F)
    return bytes(reversed(found))


def parts(data: bytes) -> list[tuple[int, bytes]]:
    """All that lies in it side by side, each as tag and content. Raises ValueError when it does not end where it should."""
    found, at = [], 0
    while at < len(data):
        tag, start, end = _bounds(data, at)
        found.append((tag, data[start:end]))
        at = end
    return found


def _bounds(data: bytes, at: int) -> tuple[int, int, int]:
    if len(data) < at + 2:
        raise ValueError("cut short")
    size, start = data[at + 1], at + 2
    if size & _LONG:
        more = size ^ _LONG
        if not 0 < more <= _MOST_LENGTH_BYTES:
            raise ValueError("a length that SNMP does not allow")
        size, start = int.from_bytes(data[start : start + more], "big"), start + more
    if len(data) < start + size:
        raise ValueError("cut short")
    return data[at], start, start + size


def number_of(content: bytes) -> int:
    """The content of a whole number of at most nine bytes. Raises ValueError."""
    if not 0 < len(content) <= _MOST_NUMBER_BYTES:
        raise ValueError(f"a number of {len(content)} bytes")
    return int.from_bytes(content, "big", signed=True)


@lru_cache(maxsize=4096)
def object_of(content: bytes) -> str:
    """The content of an object identifier in dotted form. Raises ValueError."""
    if not 0 < len(content) <= _MOST_OBJECT_BYTES or content[-1] & _LONG:
        raise ValueError("no object identifier")
    numbers, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if not byte & _LONG:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(str(number) for number in (first, numbers[0] - first * 40, *numbers[1:]))
