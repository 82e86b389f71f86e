"""The commands of `mine`, each a file of its own, in the order in which they are shown."""

from typing import NamedTuple


class Row(NamedTuple):
    """The module of `services.cli` that holds it: a function of the command's name, or commands of its own in `app`. `help` is
    its first sentence again, so that a list of all commands loads none of them."""

    module: str
    help: str


COMMANDS = {
    "run": Row("run", "Start everything, keep it running until Ctrl-C or SIGTERM, and stop it within 15 s."),
    "watch": Row("watch", "Watch a site from a second machine, elsewhere, and call out when it falls silent."),
    "check": Row(
        "check",
        "Read the configuration; then ask the running services for every device and every channel, each with a verdict and a"
        " hint.",
    ),
    "status": Row("status", "Ask the running api."),
    "why": Row("why", "Why the site is, or was, as it is."),
    "stop": Row(
        "stop", "Stop everything now: the whole site trips, and stays tripped until `mine reset`. Needs neither broker nor api."
    ),
    "curtail": Row("curtail", "Take load off for some time."),
    "hold": Row("holds", "Let loads or groups sleep for some time."),
    "release": Row("holds", "Give back what a lease holds; without an id: list."),
    "reset": Row("latches", "End a trip; refused while its cause stands."),
    "alarms": Row("alarms", "List the open alarms: state, age, who has seen them, priority."),
    "ack": Row("alarms", "Say that somebody has seen an alarm."),
    "shelve": Row(
        "alarms",
        "Put an alarm aside: shown, but not told until the minutes are over. A warning for up to 24 h, an emergency for an hour.",
    ),
    "unshelve": Row("alarms", "Take an alarm back from its shelf: what stands is told."),
    "lockout": Row("latches", "Hold something off, over every restart."),
    "unlock": Row("latches", "Give back what was locked out."),
    "drill": Row("drill", "Move a device and prove it by a reading."),
    "once": Row("once", "One full cycle now: re-check everything, record a state row."),
    "logs": Row(
        "logs", "The services' log lines, merged by time; times are UTC. It reads the files, so it works while nothing runs."
    ),
    "rehearse": Row("rehearse", "Does this site make its kW in time?"),
    "backup": Row("backup", "Back up the ledger or everything; also while the services run."),
    "restore": Row(
        "restore",
        "Bring a backup back, or with --verify try it on a copy that is thrown away; the services must be stopped for the first.",
    ),
    "arm": Row(
        "restore", "After a restore: let the configuration's `control` count again, when what the site would do is right."
    ),
    "setup": Row(
        "setup",
        "Make what is missing in FOLDER: a password for each user of the broker, the broker's password file, the tokens, the"
        " operator's password, the key that signs logins, a certificate for HTTPS.",
    ),
    "config": Row("config", "The configuration as the services read it."),
    "db": Row("db", "Care for the records, mine_data.db: never for ledger.db."),
    "notify": Row("notify", "The ways to people: Telegram, e-mail, SMS, webhook."),
    "access": Row("access", "Who may come in: people with a password, programs with a token."),
}
