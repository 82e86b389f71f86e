"""Backups that could not be made, or would lie where they help nobody, stop the start."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from services.shared.settings.known import LEAST_LETTERS, is_known
from services.shared.settings.places import wrong
from services.shared.settings.problems import Problem
from services.shared.settings.tree import Settings

_SHELL = ("|", "||", "&", "&&", ";", ">", ">>", "<")


def backup_problems(settings: Settings) -> Iterator[Problem]:
    """A second folder that is none, a command that cannot be run, a passphrase that everybody knows."""
    backup = settings.backup
    second = backup.second_folder
    if second and not Path(second).is_absolute():
        yield wrong(settings, "BACKUP", "second_folder", second, "a whole path on another medium, such as /mnt/usb/mine")
    if backup.remote_command:
        yield from _command(settings)
    passphrase = backup.passphrase.get_secret_value()
    if passphrase and (len(passphrase) < LEAST_LETTERS or is_known(passphrase)):
        allowed = f"at least {LEAST_LETTERS} letters that nobody can guess, without a line break"
        yield wrong(settings, "BACKUP", "passphrase", "one that is short or that everybody knows", allowed)


def words(command: str) -> list[str]:
    """A command as its program and arguments. Raises ValueError for a quote that does not end."""
    return shlex.split(command)


def _command(settings: Settings) -> Iterator[Problem]:
    command = settings.backup.remote_command
    try:
        parts = words(command)
    except ValueError:
        yield wrong(settings, "BACKUP", "remote_command", command, "a program with its arguments; a quote does not end")
        return
    if any(part in _SHELL for part in parts):
        yield wrong(settings, "BACKUP", "remote_command", command, "one program with its arguments: no shell reads it")
    elif not any("{file}" in part for part in parts[1:]):
        yield wrong(settings, "BACKUP", "remote_command", command, "a program with {file} among its arguments")
    elif not settings.backup.passphrase.get_secret_value():
        yield wrong(settings, "BACKUP", "passphrase", "nothing", "a passphrase: what goes away is encrypted")
