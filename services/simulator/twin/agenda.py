"""What is due in a day besides the controller: events begin and end, faults come and go, persons come by."""

from services.simulator.twin.day import Day
from services.simulator.twin.happenings import Happenings
from services.simulator.twin.persons import Persons
from services.simulator.twin.trouble import Trouble


class Agenda:
    """Lets happen what is due; the plant must have been moved to that moment."""

    def __init__(self, day: Day, trouble: Trouble, happenings: Happenings, persons: Persons) -> None:
        self._trouble = trouble
        self._happenings = happenings
        self._persons = persons
        self._events = sorted({at for event in day.events for at in (event.begins_s, event.ends_s)}, reverse=True)

    def next_s(self) -> float:
        """When something is due next."""
        return min(*self._events[-1:], self._trouble.next_s(), self._happenings.trusted_s, self._persons.due_s)

    def happen(self, sim_s: float) -> bool:
        """Everything due by now; whether any of it may change what the site does."""
        begun, ended = self._trouble.advance(sim_s)
        for placed in ended:
            if not placed.fault.is_moment:
                self._happenings.end(placed)
        for placed in begun:
            self._happenings.begin(placed, sim_s)
        news = bool(begun or ended)
        while self._events and self._events[-1] <= sim_s:
            self._events.pop()
            news = True
        if sim_s >= self._happenings.trusted_s:
            self._happenings.trust_clock()
        if sim_s >= self._persons.due_s:
            self._persons.come_by(sim_s)
        return news
