"""What devices answer, as it came, for whoever debugs: told on the bus while a lease of the kind raw runs, and made only then.

The connections (HTTP, SNMP, Modbus, topics) tell it here. Which device a task talks to is the task's own context (PEP 567), set
by whoever polls or sends, so that no driver has to hand it down.
"""

from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType

from services.shared.device import DeviceError
from services.shared.raw_tap import Tap


class Exchange:
    """Something sent to a device, until its answer `came`, or the reason why none did."""

    def __init__(self, tap: Tap, device: str, sent: Callable[[], str]) -> None:
        self._tap = tap
        self._device = device
        self._sent = sent
        self._began_s = tap.now_s()
        self._is_told = False

    def came(self, text: Callable[[], str]) -> None:
        """The answer; the text is made only if it is told."""
        self._is_told = True
        self._tap.tell(self._device, self._sent, text, self._tap.now_s() - self._began_s)

    def __enter__(self) -> "Exchange":
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        if error is not None and not self._is_told:
            self.came(lambda: f"no answer: {error}" if isinstance(error, DeviceError) else "no answer: given up")


class _Unheard(Exchange):
    """Nobody asked for it: nothing is kept, made or told."""

    def __init__(self) -> None:
        pass

    def came(self, text: Callable[[], str]) -> None:
        """Nothing."""

    def __exit__(self, *_: object) -> None:
        pass


_UNHEARD = _Unheard()
_TAP: ContextVar[Tap | None] = ContextVar("raw_tap", default=None)
_DEVICE: ContextVar[str] = ContextVar("raw_device", default="")


def install(tap: Tap) -> None:
    """What this task and those that it makes tell goes here from now on."""
    _TAP.set(tap)


def about(device: str) -> None:
    """With which device this task talks from now on."""
    _DEVICE.set(device)


def exchange(sent: Callable[[], str]) -> Exchange:
    """Around one exchange with the task's device: `with exchange(...) as one: ...; one.came(...)`."""
    tap, device = _TAP.get(), _DEVICE.get()
    return _UNHEARD if tap is None or not tap.is_held(device) else Exchange(tap, device, sent)


def hearer() -> Callable[[Callable[[], str], Callable[[], str]], None]:
    """To tell, later and from elsewhere, what came from the task's device without being asked: (from where, what)."""
    tap, device = _TAP.get(), _DEVICE.get()
    if tap is None:
        return lambda _where, _what: None
    return lambda where, what: tap.tell(device, where, what, None)
