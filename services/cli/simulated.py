"""What a run with the simulated site sets beside config/demo.txt, so that several may run on one computer."""

import re
from collections.abc import Mapping
from pathlib import Path

from services.shared.settings import Settings
from services.shared.settings.keys import text_of
from services.shared.settings.listing import parts

DEMO_BASE_PORT = 18000
_SPAN = 100
_PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")


def environment(settings: Settings, env: Mapping[str, str], data: Path) -> dict[str, str]:
    """The simulated mail server's authority lies in the data folder; MINE_SIMULATOR_BASE_PORT moves all devices with it."""
    made = {"MINE_NOTIFICATIONS_EMAIL_CA_FILE": str(data / "simulator" / "ca.pem")}
    shift = settings.simulator.base_port - DEMO_BASE_PORT
    if shift and settings.simulator.base_port:
        made |= _moved(settings, shift)
    return {name: text for name, text in made.items() if name not in env}


def _moved(settings: Settings, shift: int) -> dict[str, str]:
    found = {}
    for label, section in parts(settings):
        for name in type(section).model_fields:
            text = text_of(getattr(section, name))
            moved = str(_port(text, shift)) if name == "email_smtp_port" else _PORT.sub(lambda p: str(_port(p[0], shift)), text)
            if moved != text:
                found[f"MINE_{label}_{name}".replace(" ", "_").replace("-", "_").upper()] = moved
    return found


def _port(text: str, shift: int) -> int:
    port = int(text)
    return port + shift if DEMO_BASE_PORT <= port < DEMO_BASE_PORT + _SPAN else port
