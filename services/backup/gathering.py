"""The files of a backup, gathered in a scratch folder as they stand at this moment."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from services.backup import archive as files
from services.backup import copying, proof
from services.backup.manifest import Member
from services.backup.places import CONFIG, LEDGER, LOADS, SECRETS, Places, database
from services.backup.trouble import Trouble
from services.shared.sqlite_files import log_of


def sizes(places: Places, wanted: tuple[str, ...]) -> Iterator[int]:
    """Bytes of each database and of its log."""
    for name in wanted:
        path = database(places.data, name)
        yield from (part.stat().st_size for part in (path, log_of(path)) if part.exists())


def missing(places: Places, wanted: tuple[str, ...]) -> list[str]:
    """Databases that are not there, in words: they may not have been made yet. Raises Trouble where there is no ledger."""
    missing = [name for name in wanted if not database(places.data, name).exists()]
    if LEDGER in missing:
        raise Trouble(f"there is no {LEDGER} in {places.data}")
    return [f"there is no {name}" for name in missing]


def lacking(places: Places, wanted: tuple[str, ...]) -> list[str]:
    """What a full one has not because the site has none, in words."""
    if places.has_config or len(wanted) == 1:
        return []
    return [f"no configuration: {places.config} is not there, and the example is no site's"]


def members(places: Places, scratch: Path, wanted: tuple[str, ...], with_secrets: bool) -> Iterator[Member]:
    """The files as members, each copied into the scratch folder: all that belongs to a full one, if more than one is wanted."""
    for name in wanted:
        source = database(places.data, name)
        if source.exists():
            tables = copying.copy(source, scratch / name)
            size, sha256 = files.digest(scratch / name)
            yield Member(name, size, sha256, tables, proof.schema(name, scratch / name))
    if len(wanted) > 1:
        own = [(CONFIG, places.config)] if places.has_config else []
        named = [*own, (LOADS, places.config.parent / places.loads_file)]
        secrets = sorted(one for one in places.secrets.glob("[!.]*") if one.is_file()) if with_secrets else []
        for name, source in (*named, *((f"{SECRETS}/{one.name}", one) for one in secrets)):
            if source.exists():
                yield _plain(name, source, scratch)


def _plain(name: str, source: Path, scratch: Path) -> Member:
    data = source.read_bytes()  # at one stroke: an editor may be writing it
    target = scratch / name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    target.write_bytes(data)
    return Member(name, len(data), hashlib.sha256(data).hexdigest())
