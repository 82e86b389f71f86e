"""What is in an archive, told by its first member, `manifest.json`."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from services.backup.measure import Table
from services.backup.trouble import Trouble

NAME = "manifest.json"
FORMAT = 1
LARGEST = 4_000_000


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
    """`at` is Unix seconds by the clock of the making, `version` the program's, `loads_file` as the configuration names it."""

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
            raise Trouble(f"the archive is of format {found['format']}, this program reads format {FORMAT}")
        members = tuple(_member(one) for one in found["members"])
        site, kind, version, loads_file = (str(found[name]) for name in ("site", "kind", "version", "loads_file"))
        return Manifest(site, kind, float(found["at"]), version, members, loads_file)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Trouble("the archive's manifest cannot be read") from None


def _member(found: dict[str, Any]) -> Member:
    tables = {str(name): Table(int(rows), str(newest)) for name, (rows, newest) in found["tables"].items()}
    return Member(str(found["name"]), int(found["size"]), str(found["sha256"]), tables, str(found["schema"]))
