"""A site whose ledger came back from a backup observes until a person arms it, whatever its configuration says.

The fact is a file beside `ledger.db`, so that no damage of the ledger and no environment takes it away.
"""

from pathlib import Path

from services.shared import whole_file

MARKER = "ledger.db.observe"
ENDS = "; `mine arm` ends it"
"""How the origin of `control` ends that is in force because of it."""
_MOST = 500


def why(folder: Path) -> str | None:
    """Why nothing is switched, in words; None where nothing was restored, or a person has armed since."""
    try:
        with (folder / MARKER).open("rb") as file:
            words = file.read(_MOST).decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        words = f"{MARKER} cannot be read ({error.strerror})"
    return words.splitlines()[0] if words else "restored from a backup"


def observe(folder: Path, words: str) -> None:
    """From now on the site in this folder observes. On the card before it returns. Raises OSError."""
    whole_file.write(folder / MARKER, f"{words}\n".encode(), 0o644)  # who may read nothing else of the site may know this


def arm(folder: Path) -> bool:
    """A person has looked: the configuration counts again. False where nothing had been restored. Raises OSError."""
    try:
        (folder / MARKER).unlink()
    except FileNotFoundError:
        return False
    whole_file.sync(folder)
    return True
