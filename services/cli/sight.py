"""What a second machine sees of the site, and when that is silence. Pure: what came and the time are arguments.

The site lives while its controller decides. A page that answers, or services that ping, without a controller that decides are a
site that nobody controls; that is silence too, and told as what it is. Ages count from receipt on this machine: the site's
monotonic clock means nothing here. What a broker kept, and the first word after a connect, may be old.
"""

from dataclasses import dataclass

from services.notifier.text import moment
from services.shared.bus import Arrival, Foreign
from services.shared.clock import Moment
from services.shared.messages import State, service_of_ping
from services.shared.spans import span

SERVICES = ("controller", "collector", "notifier", "api")


@dataclass(frozen=True, slots=True)
class PageWord:
    """What came of asking the site's page. `controlled` None: it does not say. `reason` of no answer is for a person."""

    answered: bool
    controlled: bool | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """`words` change only with what is seen; `detail` may change at each look."""

    alive: bool
    words: str
    detail: str = ""


class Sight:
    """`silence_s`: for so long nothing may show that the controller decides. A beginning counts as a sign of life."""

    def __init__(self, site: str, silence_s: float, began: Moment, *, page: bool, broker: bool) -> None:
        self._site = site
        self._silence_s = silence_s
        self._has_page, self._has_broker = page, broker
        self._page: PageWord | None = None
        self._state: tuple[str, float] | None = None
        self._ping_mono_s: float | None = None
        self._alive = began
        self.heard = False

    def take_page(self, word: PageWord, now: Moment) -> None:
        """The page answered, or did not."""
        self._page = word
        if word.answered and word.controlled is not False:
            self._live(now)

    def take_state(self, state: State, arrival: Arrival, now: Moment) -> None:
        """The controller's state: a sign of life when it is a later decision than the one before."""
        before, self._state = self._state, (state.boot, state.decided_mono_s)
        is_later = before is not None and (before[0] != state.boot or before[1] < state.decided_mono_s)
        if is_later and not arrival.retained and not arrival.first_since_connect:
            self._live(now)

    def take_ping(self, foreign: Foreign) -> None:
        """Some service of the site lives."""
        if service_of_ping(foreign.topic) in SERVICES and not foreign.retained:
            self._ping_mono_s = foreign.received_mono_s

    def look(self, now: Moment, *, broker_connected: bool) -> SiteVerdict:
        """Whether the site lives, as of now."""
        seen = ", ".join(part for part in (self._of_page(), self._of_broker(now, broker_connected)) if part)
        reason = self._page.reason if self._page is not None else ""
        if now.mono_s - self._alive.mono_s < self._silence_s:
            return SiteVerdict(True, f"alive: {seen}" if self.heard else f"not heard yet: {seen}", reason)
        return SiteVerdict(False, f"{self._lack(now)}: {seen}", reason)

    @property
    def last_alive(self) -> Moment:
        """When the controller was last seen to decide, or when we began."""
        return self._alive

    def _live(self, now: Moment) -> None:
        self._alive, self.heard = now, True

    def _lack(self, now: Moment) -> str:
        since = moment(self._alive.wall_s)
        if self._is_half_there(now):
            return f"SILENT: {self._site} answers, but its controller has not been seen to decide since {since}"
        return f"SILENT: nothing was heard of {self._site} since {since}"

    def _is_half_there(self, now: Moment) -> bool:
        return (self._page is not None and self._page.answered) or self._pinged(now)

    def _pinged(self, now: Moment) -> bool:
        return self._ping_mono_s is not None and now.mono_s - self._ping_mono_s < self._silence_s

    def _of_page(self) -> str:
        if not self._has_page:
            return ""
        if self._page is None:
            return "the page was not asked yet"
        if not self._page.answered:
            return "the page does not answer"
        return "the page answers" + {True: "", None: "", False: ", the controller is silent"}[self._page.controlled]

    def _of_broker(self, now: Moment, connected: bool) -> str:
        if not self._has_broker:
            return ""
        if not connected:
            return "the broker does not answer"
        return "the broker answers" + ("" if self._pinged(now) else ", no service pings")


def described(verdict: SiteVerdict, now: Moment, last_alive: Moment) -> str:
    """One line for a person: when, what, and the latest reason."""
    detail = f" ({verdict.detail})" if verdict.detail else ""
    ago = "" if verdict.alive else f"; {span(now.mono_s - last_alive.mono_s)} ago"
    return f"{moment(now.wall_s)} {verdict.words}{detail}{ago}"
