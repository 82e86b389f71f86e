"""The keys of backups."""

from typing import ClassVar

from services.shared.settings.section import Section
from services.shared.settings.types import Secret, YesNo, key


class Backup(Section):
    TITLE: ClassVar[str] = "BACKUP"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = (
        "Copies of what must not be lost: each hour the ledger, each day everything, one a month kept for longer."
    )
    enabled: YesNo = key(True, "no: none is made by itself; `mine backup` makes one all the same")
    folder: str = key("", "where they are kept first; empty: backups in the folder of [DATA]")
    second_folder: str = key("", "and then: a folder on another medium, such as /mnt/usb/mine; empty: there is none")
    secrets: YesNo = key(False, "whether daily and monthly ones hold the folder of the secrets, too")
    keep_hourly: int = key(48, "of so many hours the newest of the ledger", ge=2, le=1000)
    keep_daily: int = key(14, "of so many days the newest of everything", ge=2, le=400)
    keep_monthly: int = key(12, "of so many months the newest of everything", ge=1, le=240)
    min_free_mb: float = key(200, "so much stays free on the card beside a backup and its trial, or none is begun", "MB", ge=0)
    remote_command: str = key(
        "",
        "a program that takes each daily and monthly one away, encrypted: {file} is the file, {name} its name, "
        "such as rclone copyto {file} store:mine/{name} ; no shell reads it",
    )
    remote_minutes: float = key(60, "so long it may take", "min", gt=0, le=1440)
    passphrase: Secret = key(Secret(""), "encrypts what goes away; also MINE_BACKUP_PASSPHRASE_FILE; keep it elsewhere, too")
