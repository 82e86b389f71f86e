"""The words of an answer: reasons without loose ends, and kW that are told once."""

import re
from collections.abc import Iterable

_LONG_KW = re.compile(r"\d+\.\d{2,}(?= kW)")
_DANGLING = re.compile(r"\s*:\s*(?=;|,|$)")
_LOAD_THEN = re.compile(r"kW (still on|released|unknown)\b")  # what the site drew, as told by services/controller/core/reasons.py


def tidy(reason: str) -> str:
    """Its kW to 0.1, and no colon with nothing after it."""
    return _DANGLING.sub("", _LONG_KW.sub(lambda found: f"{float(found[0]):.1f}", reason)).strip()


def of_the_load(reason: str) -> bool:
    """Whether it tells what the site drew, or had been released, at the moment of the decision."""
    return _LOAD_THEN.search(reason) is not None


def dated(reasons: Iterable[str], decided: str) -> list[str]:
    """Tidy; what tells the load says of when, such as "18 kW of 40 kW still on (at 09:48:14 CST)"."""
    return [f"{tidy(one)} (at {decided})" if of_the_load(one) else tidy(one) for one in reasons]


def rounded(value: float) -> float:
    """To 0.1: what a float adds beyond that is no measurement."""
    return round(value, 1)
