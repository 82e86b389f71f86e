"""Where the files lie that a backup is made of, and where backups are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.shared import backups
from services.shared.settings import Settings, file_of

LEDGER, ALERTS, RECORDS = "ledger.db", "alerts.db", "mine_data.db"
DATABASES = (LEDGER, ALERTS, RECORDS)
CONFIG, LOADS, SECRETS = "config.txt", "loads.csv", "secrets"
_OWN = {LEDGER: "ledger", ALERTS: "alerts", RECORDS: "history"}


@dataclass(frozen=True, slots=True)
class Places:
    """`data` is the folder of the databases, `first` that of the backups, `second` on another medium or None.

    `loads_file` is named beside the configuration.
    """

    site: str
    data: Path
    config: Path
    loads_file: str
    secrets: Path
    first: Path
    second: Path | None


def of(settings: Settings, env: Mapping[str, str]) -> Places:
    """Those of a configuration; paths are whole."""
    data, config = Path(settings.data.folder).resolve(), file_of(env).resolve()
    chosen = settings.backup
    return Places(
        site=settings.general.site,
        data=data,
        config=config,
        loads_file=settings.data.loads_file,
        secrets=Path(settings.api.access_file).resolve().parent,
        first=Path(chosen.folder).resolve() if chosen.folder else data / backups.FOLDER,
        second=Path(chosen.second_folder) if chosen.second_folder else None,
    )


def database(data: Path, name: str) -> Path:
    """A database in its folder, or in its own folder within that, where each service has one, as the containers do."""
    own = data / _OWN[name]
    return own / name if own.is_dir() and not (data / name).exists() else data / name
