"""The configuration: read once in each service's `main.py` and handed down."""

from services.shared.settings.load import load
from services.shared.settings.missing import missing
from services.shared.settings.problems import Problem, SettingsError
from services.shared.settings.tree import LoadRow, Settings
from services.shared.settings.types import host_port

__all__ = ["LoadRow", "Problem", "Settings", "SettingsError", "host_port", "load", "missing"]
