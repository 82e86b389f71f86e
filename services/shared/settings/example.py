"""Writes config/config.example.txt from the tables of sections.py: every key with its default, unit and one line of text."""

import textwrap
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from services.shared.settings.keys import allowed, extra, plain, text_of, words_of
from services.shared.settings.sections import ALL, Section, SignalSource

_HEAD = """\
# The configuration of Bitcoin Mine Control. Copy it to config.txt and change what your site needs; what you leave out keeps
# the default that stands here. A line that begins with # or ; is a comment. Names are read in any case.
# An empty value means: not set. Lists are separated by commas. A value may go on in lines that are indented.
# Every key may come from the environment instead: MINE_<SECTION>_<KEY>, or MINE_<SECTION>_<KEY>_FILE for a file that holds it.
# After a change: mine check
"""
_SAMPLES = {
    "cornbelt_url": "https://cbpower.coop/power-signal",
    "roomalert_ip": "192.168.1.100",
    "iotawatt_ip": "192.168.1.101",
    "foreman_api": "https://api.foreman.mn",
    "pdu_ip": "192.168.1.102, 192.168.1.112",
    "fan_relay_ip": "192.168.1.103",
    "roles": "roomalert-1/sensor-1 = intake, roomalert-1/sensor-2 = exhaust",
    "zones": "roomalert-1/sensor-1 = main",
    "switches": "roomalert-1/switch-1 = smoke, roomalert-1/switch-2 = door!",
}
_WIDTH = 120


def example() -> str:
    """The whole text of the example."""
    return _HEAD + "".join(f"\n{_section(kind)}" for kind in ALL)


def _section(kind: type[Section]) -> str:
    optional = kind.NAMED and kind is not SignalSource  # of which every site may have the plain one
    lines = [*_comment(kind.ABOUT), f"[{kind.TITLE} name]" if optional else f"[{kind.TITLE}]"]
    for name, field in kind.model_fields.items():
        lines.extend(_comment(_text(name, field)))
        lines.extend(_value(name, text_of(field.default)))
    if optional:
        lines = [line if line.startswith("# ") else f"#{line}" for line in lines]
    return "\n".join(lines) + "\n"


def _text(name: str, field: FieldInfo) -> str:
    unit = extra(field, "unit")
    said = words_of(field) and all(word in (field.description or "") for word in words_of(field))
    limits = "" if said or _is_free(field) else f"; {allowed(field)}"
    sample = f"; such as {_SAMPLES[name]}" if name in _SAMPLES else ""
    return f"{field.description}{limits}{sample}" + (f" [{unit}]" if unit and f"({unit})" not in limits else "")


def _is_free(field: FieldInfo) -> bool:
    return not words_of(field) and plain(field) not in (float, int, bool)


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False)


def _value(name: str, text: str) -> Iterator[str]:
    """The line of a key; a long list goes on in indented lines, broken at its commas."""
    line = f"{name} ="
    for part in text.split(", ") if len(text) > _WIDTH else [text]:
        if len(line) + len(part) > _WIDTH:
            yield line
            line = "   "
        line += f" {part},"
    yield line.rstrip(", ")
