"""Alarms of the records, and of the machine's limits, raised by the api."""

from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.vocabulary import AlarmKind, Priority

_OWNER = "api"

HISTORY = (
    AlarmClass(
        "database", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "`mine_data.db` cannot be written, or a damaged one, or the end of an earlier audit (`mine_data.db.audit-ended-...`), "
        "lies beside it, or its tables are of a later version",
        "records wait in memory and may be lost; control is not affected",
        "look at the disk; take the file away, or delete it; install that later version",
    ),
    AlarmClass(
        "card_full", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "less than `min_free_mb` is free on the card",
        "old records are given up, readings first, and the alarm says which; at last nothing new is stored",
        "make room on the card, or replace it",
        deadband="a tenth more than `min_free_mb`",
    ),
    AlarmClass(
        "database_check", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "the daily check found damage in `mine_data.db`, or an audit that was changed, or gave no answer for 30 min",
        "some of the past cannot be read; control goes on",
        "stop the api, repair the database, look at the card",
    ),
    AlarmClass(
        "configuration", _OWNER, AlarmKind.WARNING, Priority.MEDIUM,
        "`config.txt`, the table of loads or a secret was changed, and has mistakes, is gone or empty",
        "the services go on with what they read at their start; what is started anew goes on with the last good copy; where "
        "there is none it does not start",
        "mend it until `mine check` finds no mistake; it ends by itself",
    ),
    AlarmClass(
        "backup", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "the last backup of a kind failed in whole or in part, or the newest is older than 3 h (one with everything: 36 h)",
        "what happens to the card now may be lost; the backups before stand, control is not affected",
        "run `mine backup`, which says why; look at the card, the second medium, the remote place",
    ),
    AlarmClass(
        "limits", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "the memory limit or the limit of processes that the compose file declares is not in force in the container: most often "
        "the kernel was started without `cgroup_enable=memory`",
        "a service that grows could take the whole machine, and all services with it; control goes on until then",
        "add `cgroup_enable=memory` to `/boot/firmware/cmdline.txt` and reboot; `scripts/install.sh` does it",
    ),
)  # fmt: skip
