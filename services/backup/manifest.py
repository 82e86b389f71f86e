"""What is in an archive, told by its first member, `manifest.json`. None of it is trusted, and nothing newer is read."""

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from services.backup.measure import Table
from services.backup.places import CONFIG, DATABASES, LEDGER
from services.backup.trouble import Trouble
from services.shared.backups import Kind
from services.shared.version import VERSION

NAME = "manifest.json"
FORMAT = 1
LARGEST = 4_000_000
_LONGEST_NAME = 200
"""Bytes: a file system takes 255 (limits.h, NAME_MAX), and the time of the restore comes behind."""
_LAST_S = 253_402_300_799.0
"""The last second of the year 9999: what comes later no calendar tells."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its bytes and their SHA-256; of a database its tables and the number of its schema."""

    name: str
    size: int
    sha256: str
    tables: dict[str, Table] = field(default_factory=dict)
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`at` is Unix seconds by the clock of the making, `version` the program's, `loads_file` its plain name."""

    site: str
    kind: str
    at: float
    version: str
    members: tuple[Member, ...]
    loads_file: str = "loads.csv"
    format: int = FORMAT

    def document(self) -> bytes:
        """As JSON for people and programs."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode()


def read(document: bytes) -> Manifest:
    """The manifest of a document. Raises Trouble."""
    try:
        found = json.loads(document)
        if found["format"] != FORMAT:
            raise Trouble(f"the archive is of format {str(found['format'])[:20]}, this program reads format {FORMAT}")
        members = tuple(_member(one) for one in found["members"])
        site, kind, version, loads_file = (str(found[name]) for name in ("site", "kind", "version", "loads_file"))
        manifest = Manifest(site, Kind(kind).value, float(found["at"]), version, members, loads_file)
        _judge(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise Trouble("the archive's manifest cannot be read") from None
    return manifest


def is_plain(name: str) -> bool:
    """Whether it names a file within a folder, and nothing beside or above it. Raises ValueError for what is no text."""
    return name not in ("", ".", "..") and "/" not in name and name.isprintable() and len(name.encode()) <= _LONGEST_NAME


def _judge(manifest: Manifest) -> None:
    if _numbers(manifest.version) > _numbers(VERSION):
        raise Trouble(f"the archive was made by version {manifest.version}, this is {VERSION}, which cannot read what is newer")
    if not is_plain(manifest.loads_file) or manifest.loads_file in (*DATABASES, CONFIG):
        raise Trouble(f"the archive names its table of loads {manifest.loads_file[:80]!r}, which is not the plain name of a file")
    if LEDGER not in [member.name for member in manifest.members]:
        raise Trouble(f"there is no {LEDGER} in the archive, which each {manifest.kind} one holds: nobody knew what is tripped")
    if not 0.0 <= manifest.at <= _LAST_S or not manifest.site.isprintable():
        raise ValueError


def _numbers(version: str) -> tuple[int, ...]:
    """Of a version as this program tells its own, `1.2.3`. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6}){0,5})[a-z0-9.+-]{0,40}", version, re.ASCII)
    if found is None:
        raise ValueError("no version")
    return tuple(int(number) for number in found[1].split("."))


def _member(found: dict[str, Any]) -> Member:
    tables = {str(name): Table(int(rows), str(newest)) for name, (rows, newest) in found["tables"].items()}
    size = int(found["size"])
    if size < 0:
        raise ValueError("no size")
    return Member(str(found["name"]), size, str(found["sha256"]), tables, str(found["schema"]))
