"""Where the files lie that a backup is made of, and where backups are kept."""

from dataclasses import dataclass
from pathlib import Path

from services.shared import backups
from services.shared.settings import CONFIG as OWN_FILE
from services.shared.settings import EXAMPLE, Settings

LEDGER, ALERTS, RECORDS = "ledger.db", "alerts.db", "mine_data.db"
DATABASES = (LEDGER, ALERTS, RECORDS)
CONFIG, LOADS, SECRETS = "config.txt", "loads.csv", "secrets"
_OWN = {LEDGER: "ledger", ALERTS: "alerts", RECORDS: "history"}


@dataclass(frozen=True, slots=True)
class Places:
    """`data` is the folder of the databases, `first` that of the backups, `second` on another medium or None.

    `config` is the site's own file, whether it is there or not, and `has_config` whether the site goes by it: the example is
    nobody's. `loads_file` is named beside it.
    """

    site: str
    data: Path
    config: Path
    loads_file: str
    secrets: Path
    first: Path
    second: Path | None
    has_config: bool = True


def of(settings: Settings) -> Places:
    """Those of a configuration, in whose file and nowhere else it is looked for; paths are whole."""
    data, chosen = Path(settings.data.folder).resolve(), settings.backup
    file = settings.file or EXAMPLE
    is_own = file.resolve() != EXAMPLE.resolve()
    return Places(
        site=settings.general.site,
        data=data,
        config=(file if is_own else OWN_FILE).resolve(),
        loads_file=settings.data.loads_file,
        secrets=Path(settings.api.access_file).resolve().parent,
        first=Path(chosen.folder).resolve() if chosen.folder else data / backups.FOLDER,
        second=Path(chosen.second_folder) if chosen.second_folder else None,
        has_config=is_own,
    )


def database(data: Path, name: str) -> Path:
    """A database in its folder, or in its own folder within that, where each service has one, as the containers do."""
    own = data / _OWN[name]
    return own / name if own.is_dir() and not (data / name).exists() else data / name
