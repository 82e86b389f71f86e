"""How far the proofs go: the short form in every test run, the long form with MINE_PROOF=long (`make proof`)."""

import os

IS_LONG = os.environ.get("MINE_PROOF") == "long"


def extent(short: int, long: int) -> int:
    """A figure of the form that is asked for."""
    return long if IS_LONG else short
