"""Brings an existing file to the tables of this version, with a copy beside it in case that goes wrong.

One copy is kept, `mine_data.db.before-<version>`, until the next start finds the tables as they should be. On a card without room
for it the copy is left out: each migration is one transaction, and a history that cannot be written is worse.
"""

import logging
import shutil
from pathlib import Path

import sqlalchemy as sa

from services.api.history import later
from services.api.history.schema import HEAD
from services.shared.left_out import left_out

__all__ = ["HEAD", "copies", "keep_copy", "migrate", "remove_copy", "version"]

log = logging.getLogger(__name__)
_SPARE = 64 * 1024 * 1024
"""Bytes that stay free beside the copy, for the migration itself."""


def version(connection: sa.Connection) -> str | None:
    """Which migration made the tables; None of an empty file."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def migrate(connection: sa.Connection) -> None:
    """To HEAD, within the transaction of the connection. Raises OSError for tables of a later version."""
    found = version(connection)
    if found is not None and later.is_of_later(found):
        raise OSError(later.told(found))
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    with left_out("pygments"):  # the colours of a template's errors
        from alembic import command, config, util  # noqa: PLC0415 - it costs memory, and the usual start needs none of it

    migration = config.Config()
    migration.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    migration.attributes["connection"] = connection
    try:
        command.upgrade(migration, "head")
    except util.CommandError:
        raise OSError(f"its tables are of a version that is not known here ({str(found)[:20]})") from None


def copies(path: Path) -> list[Path]:
    """The copies that lie beside a database."""
    return sorted(path.parent.glob(f"{path.name}.before-[0-9]*"))


def keep_copy(connection: sa.Connection, path: Path) -> None:
    """Copy the database before it is changed, if there is room; outside of any transaction."""
    copy = path.with_name(f"{path.name}.before-{HEAD}")
    if copy.exists():
        return  # the migration failed before, so nothing was written since
    if shutil.disk_usage(path.parent).free < path.stat().st_size + _SPARE:
        log.warning("no room for a copy of %s before its tables are changed", path.name)
        return
    remove_copy(path)
    half = path.with_name(f"{path.name}.copying")
    half.unlink(missing_ok=True)
    with connection.begin():
        connection.exec_driver_sql("VACUUM INTO ?", (str(half),))
    half.replace(copy)
    log.info("the tables of %s are brought to version %s; %s is the copy from before", path.name, HEAD, copy.name)


def remove_copy(path: Path) -> None:
    """The copy is not needed any more."""
    for copy in copies(path):
        copy.unlink(missing_ok=True)
