"""The token of the inner apps: from the configuration, or where `mine setup` made it."""

from pathlib import Path

from services.shared.settings import Settings


def ops_token(settings: Settings) -> str:
    """Empty where this user may not read it; from loopback none is needed."""
    if configured := settings.ops.token.get_secret_value():
        return configured
    try:
        return (Path(settings.data.folder) / "secrets" / "ops-token").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
