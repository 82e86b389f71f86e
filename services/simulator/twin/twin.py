"""The twin at work: pass time, poll, decide, write down, send, leap. No socket, no wall clock, no chance but the seed's."""

from collections.abc import Sequence
from random import Random

from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.shared.vocabulary import Control
from services.simulator.plant import Plant
from services.simulator.site import Faults
from services.simulator.twin.agenda import Agenda
from services.simulator.twin.clock import BOOTED_BEFORE_S, HostClock
from services.simulator.twin.controller import Controller, Cycle
from services.simulator.twin.day import Day
from services.simulator.twin.faults import Does
from services.simulator.twin.field import Field
from services.simulator.twin.happenings import Happenings
from services.simulator.twin.leap import Leap
from services.simulator.twin.moment import Instant, Observer
from services.simulator.twin.persons import Persons
from services.simulator.twin.premises import Premises, plant_of
from services.simulator.twin.trouble import Trouble
from services.simulator.twin.watchers import Watchers
from services.simulator.twin.world import World

MONDAY_S = 1_784_505_600.0
"""Midnight of a Monday, Unix seconds: the calendar of a day that names none."""

_SOONEST_S = 0.05
_NINE_S = 9 * 3600.0  # the weather's day begins at nine


class Twin:
    """One day of one site. What its watchers find, and `steps`, grow as it runs."""

    def __init__(
        self, limits: Limits, premises: Premises, day: Day, observers: Sequence[Observer], *, wall_s: float = MONDAY_S
    ) -> None:
        chance = Random(f"{day.seed}/twin")  # noqa: S311 - repeatable chance is what a simulation needs
        self.plant: Plant = plant_of(limits, Faults(), seed=day.seed, begins_s=day.begins_s - _NINE_S)
        self.watchers = Watchers(observers)
        self.steps = 0
        self._limits, self._day = limits, day
        self._sim_s = day.begins_s
        self._trouble = Trouble(day)
        self._field = Field(self.plant, limits, premises, self._trouble, chance)
        self._world = World(
            plant=self.plant, limits=limits, premises=premises, day=day, trouble=self._trouble,
            claims=self._field.claims, wall_s=wall_s,
        )  # fmt: skip
        self._controller = Controller(limits)
        clock = HostClock(wall_s, booted_s=day.begins_s - BOOTED_BEFORE_S)
        self._happenings = Happenings(self.plant, self._field, limits, self._controller, clock, chance)
        persons = Persons(self.plant, limits, self._controller, self._trouble, day.begins_s)
        self._agenda = Agenda(day, self._trouble, self._happenings, persons)
        self._leap = Leap(limits, self.plant, self._sim_s)
        self._decide_s = self._moved_s = day.begins_s
        self._cycle: Cycle | None = None
        self._restarted = False

    def run(self) -> None:
        """The whole day."""
        self._controller.begin(self._now())
        while self._sim_s < self._day.ends_s:
            if self._sim_s >= self._agenda.next_s():
                self._move_plant()
            news = self._agenda.happen(self._sim_s)
            if news:
                self._leap.disturb(self._sim_s)
            self._live(news)
            self._pass_time(min(self._next_s(), self._day.ends_s))
        self._tell_end()

    def _now(self) -> Now:
        return self._happenings.clock.now(self._sim_s)

    def _live(self, news: bool) -> None:
        """One turn of the controller, if it lives."""
        if self._controller.state is None:
            self._field.take_answers()
            self._move_plant()
            self._world.poll(self._sim_s, self._now(), controller_lives=False)
            if self._sim_s < self._happenings.back_s:
                return
            self._come_back()
        now = self._now()
        answers = self._field.take_answers()
        self._controller.hear(answers, now)
        kill = self._happenings.kill
        decides = self._cycle is None or news or kill is not None or self._sim_s >= self._decide_s
        if self._cycle is not None and not decides:
            if not answers and now.mono_s < self._cycle.due_mono_s:
                return
            self._cycle = self._controller.more(self._cycle, now)
        else:
            self._move_plant()
            self._world.poll(self._sim_s, now)
            self._cycle = self._controller.cycle(self._world.snapshot(now), now, writes=kill is not Does.KILLED_BEFORE)
            self._decide_s = self._sim_s + self._leap.longest_s(self._cycle.step.decision, self._sim_s, now)
        if decides or self._cycle.sending:
            self._tell(self._cycle, decides=decides)
        if kill is not None:
            self._die()
            return
        for order, order_id in self._cycle.sending:
            self._field.send(order, order_id, self._sim_s, order.expires_mono_s - now.mono_s)

    def _die(self) -> None:
        """What was decided is not sent; what was not written down is forgotten."""
        self._controller.die()
        self._cycle = None
        if self._happenings.kill is not Does.HOST_CUT:
            self._happenings.kill = None

    def _come_back(self) -> None:
        host = self._happenings.kill is Does.HOST_CUT
        if host:
            self._happenings.host_back(self._sim_s)
        self._happenings.kill = None
        self._happenings.back_s = float("inf")
        self._world.controller_restarted(host=host)
        self._controller.begin(self._now())
        self._leap.disturb(self._sim_s)
        self._restarted = True

    def _next_s(self) -> float:
        moments = [self._agenda.next_s(), self._field.due_s()]
        if self._cycle is None:
            moments.append(self._happenings.back_s)
            return max(self._sim_s + _SOONEST_S, min(*moments, self._sim_s + 5.0))
        due_s = self._sim_s + self._cycle.due_mono_s - self._now().mono_s
        moments += [self._decide_s, max(self._sim_s + _SOONEST_S, due_s)]
        return max(self._sim_s + _SOONEST_S, min(moments))

    def _pass_time(self, until_s: float) -> None:
        while self._sim_s < until_s:
            self._sim_s = max(self._sim_s, min(until_s, self._field.due_s()))
            if self._field.due_s() <= self._sim_s:
                self._move_plant()
            self._field.advance(self._sim_s)

    def _move_plant(self) -> None:
        """The plant follows the clock when somebody looks at it or touches it."""
        self.plant.step(self._sim_s - self._moved_s)
        self._moved_s = self._sim_s

    def _tell(self, cycle: Cycle, *, decides: bool) -> None:
        self.steps += 1
        moment = Instant.of(self._sim_s, cycle.step, self.plant, self._trouble, restarted=self._restarted)
        self._restarted = False
        self.watchers.observe(moment, decides=decides)

    def _tell_end(self) -> None:
        if self._cycle is not None and self._limits.control is Control.ARMED:
            moment = Instant.of(self._sim_s, self._cycle.step, self.plant, self._trouble)
            self.watchers.end(moment)
