"""The configuration: read once in each service's `main.py` and handed down."""

from services.shared.settings.load import CONFIG, EXAMPLE, file_of, load
from services.shared.settings.missing import missing
from services.shared.settings.problems import Problem, SettingsError, counted
from services.shared.settings.tree import LoadRow, Settings
from services.shared.settings.types import host_port

__all__ = [
    "CONFIG", "EXAMPLE", "LoadRow", "Problem", "Settings", "SettingsError", "counted", "file_of", "host_port", "load", "missing",
]  # fmt: skip
