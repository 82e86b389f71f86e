"""The whole site as a fixture: started by the test, ended whatever happens; and people who look at it in a browser."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.broker import LiveBroker
from tests.end_to_end.acting import PEOPLE, Visit, write_people
from tests.end_to_end.page_visit import CHROMIUM, FLAGS
from tests.end_to_end.whole_site import WholeSite
from tests.waiting import wait


@pytest.fixture
def whole_site(tmp_path: Path, own_broker: LiveBroker, site: str) -> Iterator[Callable[..., WholeSite]]:
    """Makes a site with the given settings."""
    made: list[WholeSite] = []

    def make(**settings: Any) -> WholeSite:
        made.append(WholeSite(tmp_path, own_broker, site, **settings))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory, broker: LiveBroker) -> Iterator[WholeSite]:
    """One site for all tests of a module, with people who may log in; each test leaves it as it was."""
    one = WholeSite(tmp_path_factory.mktemp("shared-site"), broker, f"shared-{secrets.token_hex(4)}")
    write_people(one, **PEOPLE)
    try:
        one.start()
        wait(one.status, 30, "the api answers")
        yield one
    finally:
        one.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a module."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(shared_site: WholeSite, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens the page of the shared site, as somebody if a name is given."""
    made: list[Visit] = []

    def at(name: str = "", **more: Any) -> Visit:
        made.append(Visit(browser, shared_site, **more))
        if name:
            made[-1].log_in(name)
            made[-1].sees_login_of(name)
        return made[-1]

    yield at
    for one in made:
        one.close()
