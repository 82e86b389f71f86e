"""What is kept over restarts in a few words: facts, by name, in `alerts.db`."""


def number(text: str) -> float | None:
    """A fact that is a number; None where it is none, as when it was never written."""
    try:
        return float(text)
    except ValueError:
        return None
