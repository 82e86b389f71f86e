"""Several simulated sites may run on one computer: all addresses of the demo move together."""

from pathlib import Path

from services.cli.simulated import environment
from services.shared.settings import load

DEMO = Path("config/demo.txt")


def test_every_address_of_the_demo_moves_with_the_base_port(tmp_path: Path) -> None:
    env = {"MINE_SIMULATOR_BASE_PORT": "28200"}
    settings = load(DEMO, env=env)
    env |= environment(settings, env, tmp_path)
    moved = load(DEMO, env=env)
    usual = load(DEMO, env={})
    assert moved.apis.cornbelt_url == usual.apis.cornbelt_url.replace(":18000", ":28200")
    assert moved.apis.pdu_ip == tuple(address.replace(":18", ":28").replace(":280", ":282") for address in usual.apis.pdu_ip)
    assert moved.notifications.email_smtp_port == usual.notifications.email_smtp_port + 10200
    assert "28003" not in moved.apis.foreman_api
    assert "28203" in moved.apis.foreman_api
    assert moved.notifications.email_ca_file == str(tmp_path / "simulator" / "ca.pem")
    told = moved.notifications
    assert ":18" not in f"{moved.apis}{moved.signals}{told.telegram_api}{told.sms_url.get_secret_value()}"


def test_what_the_operator_sets_stays() -> None:
    env = {"MINE_NOTIFICATIONS_EMAIL_CA_FILE": "mine.pem"}
    assert environment(load(DEMO, env=env), env, Path("data")) == {}
