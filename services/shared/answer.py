"""What an HTTP server answered, and what that says: JSON without surprises, a refusal, a pause that is asked for."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from services.shared.device import Nonsense, Refused, Unreachable


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: any status. `body` is complete or the call has raised, but where a part was asked for: `is_cut` then."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False

    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become the replacement character."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises Nonsense on anything else, NaN and infinities included."""
        return loads_strict(self.text())


def loads_strict(text: str) -> Any:
    """JSON without NaN and infinities (1e999 too), which the standard reader lets through. Raises Nonsense."""
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Nonsense(f"not JSON: {text[:80]!r} ({error})") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_constant(text)


def raise_for_status(answer: Answer) -> None:
    """Raise Refused (4xx, 3xx) or Unreachable (5xx) unless the status is 2xx. Honours a Retry-After in seconds."""
    if 200 <= answer.status < 300:
        return
    text = f"HTTP {answer.status}: {answer.text()[:80]!r}"
    if answer.status >= 500:
        raise Unreachable(text)
    raise Refused(text, retry_after_s=retry_after_s(answer))


def retry_after_s(answer: Answer) -> float | None:
    """The Retry-After header when it counts seconds (RFC 9110, 10.2.3), else None. At most a day, as nobody means more."""
    text = answer.headers.get("Retry-After", "").strip()
    return min(float(text), 86_400.0) if text.isascii() and text.isdigit() else None
