"""The old product on the same Pi: what the installer stops, keeps and takes over. The root is made up; systemctl is noted."""

import os
from pathlib import Path

import pytest

from tests.integration.made_up_pi import Pi

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root")

UNIT = """[Unit]
Description=Bitcoin Mine
[Service]
WorkingDirectory={folder}
ExecStart=/usr/bin/python3 {folder}/bitcoin_mine.py
[Install]
WantedBy=multi-user.target
"""
OLD = "/home/pi/mine"
RETIRE = "retire_old_product; echo taken=$TAKEN"


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path).with_systemd()
    (made.site / "config").mkdir(parents=True)
    made.write("etc/systemd/system/bitcoin-mine.service", UNIT.format(folder=OLD))
    return made


def kept(pi: Pi) -> Path:
    (folder,) = (pi.site / "retired").iterdir()
    return folder


def test_its_unit_is_stopped_disabled_and_kept(pi: Pi) -> None:
    ran = pi.parts(RETIRE)
    assert ran.returncode == 0, ran.stderr
    assert "systemctl disable --now bitcoin-mine.service" in pi.calls()
    assert not (pi.root / "etc/systemd/system/bitcoin-mine.service").exists()
    assert OLD in (kept(pi) / "bitcoin-mine.service").read_text()


def test_its_cron_lines_become_comments_and_no_other_line_is_touched(pi: Pi) -> None:
    ours = f"*/5 * * * * {pi.site}/current/scripts/install/mine status\n"
    table = pi.write(
        "var/spool/cron/crontabs/pi", f"# of pi\n*/2 * * * * cd {OLD}/ && ./x --cron\n0 1 * * * /usr/bin/true\n{ours}"
    )
    table.chmod(0o600)
    others = pi.write("etc/cron.d/others", "0 0 * * * root /usr/bin/true\n")
    assert pi.parts(RETIRE).returncode == 0
    assert table.read_text() == f"# of pi\n# retired: */2 * * * * cd {OLD}/ && ./x --cron\n0 1 * * * /usr/bin/true\n{ours}"
    assert (table.stat().st_mode & 0o777, others.read_text()) == (0o600, "0 0 * * * root /usr/bin/true\n")
    assert "# retired" not in (kept(pi) / "var/spool/cron/crontabs/pi").read_text()


def test_its_site_is_taken_from_nginx_which_goes_on_with_the_others(pi: Pi) -> None:
    available = pi.write("etc/nginx/sites-available/mine", f"server {{ listen 80; root {OLD}/dashboard; }}\n")
    enabled = pi.root / "etc/nginx/sites-enabled/mine"
    enabled.symlink_to(available)
    other = pi.write("etc/nginx/sites-enabled/other", "server { listen 81; root /var/www; }\n")
    assert pi.parts(RETIRE).returncode == 0
    assert (enabled.is_symlink(), available.exists(), other.exists()) == (False, True, True)
    assert "systemctl reload nginx" in pi.calls()
    assert (kept(pi) / "etc/nginx/sites-enabled/mine").exists()


def test_its_configuration_is_taken_over_as_it_is_and_readable_by_the_services_alone(pi: Pi) -> None:
    text = "[GENERAL]\nmax_temp_celsius = 35\n[APIS]\nroomalert_ip = 192.168.1.100\n"
    pi.write(f"{OLD}/config/config.txt", text)
    ran = pi.parts(RETIRE)
    taken = pi.site / "config/config.txt"
    assert (taken.read_text(), taken.stat().st_mode & 0o777, taken.stat().st_gid) == (text, 0o640, 10001)
    assert "taken=yes" in ran.stdout


def test_a_configuration_that_is_there_is_not_replaced(pi: Pi) -> None:
    pi.write(f"{OLD}/config.txt", "[GENERAL]\n")
    (pi.site / "config/config.txt").write_text("[GENERAL]\nsite = north\n")
    assert "was not taken" in pi.parts(RETIRE).stdout
    assert "north" in (pi.site / "config/config.txt").read_text()


def test_our_own_unit_is_not_the_old_product_and_a_second_time_nothing_is_left_to_retire(pi: Pi) -> None:
    assert pi.parts(f"{RETIRE}; take_over_records").returncode == 0
    written = pi.parts(f"filled {Path(__file__).parents[2]}/scripts/systemd/bitcoin-mine.service | put $UNIT 0644; {RETIRE}")
    assert (written.returncode, "Retiring" in written.stdout) == (0, False), written.stdout
    assert len(list((pi.site / "retired").iterdir())) == 1
    assert (pi.root / "etc/systemd/system/bitcoin-mine.service").exists()


def test_a_dry_run_names_it_all_and_touches_nothing(pi: Pi) -> None:
    table = pi.write("var/spool/cron/crontabs/pi", f"* * * * * {OLD}/x\n")
    ran = pi.parts(f"DRY=yes; {RETIRE}")
    assert ("would: systemctl disable" in ran.stdout, "would: sed" in ran.stdout) == (True, True), ran.stdout
    assert (table.read_text(), (pi.site / "retired").exists(), pi.calls()) == (f"* * * * * {OLD}/x\n", False, [])


def test_without_an_old_product_nothing_is_looked_through(pi: Pi) -> None:
    (pi.root / "etc/systemd/system/bitcoin-mine.service").unlink()
    table = pi.write("var/spool/cron/crontabs/pi", "0 * * * * curl http://127.0.0.1/dashboard_data.json\n")
    ran = pi.parts(RETIRE)
    assert (ran.returncode, "Retiring" in ran.stdout, "retired" in table.read_text()) == (0, False, False)


def test_whoever_wants_no_unit_of_ours_has_the_old_product_stopped_all_the_same(pi: Pi) -> None:
    ran = pi.parts(f"NO_SYSTEMD=yes; {RETIRE}")
    assert (ran.returncode, "systemctl disable --now bitcoin-mine.service" in pi.calls()) == (0, True), ran.stderr


def test_a_line_with_a_letter_of_another_alphabet_is_retired_too(pi: Pi) -> None:
    table = pi.write("var/spool/cron/crontabs/pi", "")
    table.write_bytes(f"* * * * * {OLD}/x # t\xe4glich\n".encode("latin-1"))
    assert pi.parts(RETIRE).returncode == 0
    assert table.read_bytes().startswith(b"# retired: * * * * *")


def test_an_old_folder_that_is_named_from_where_one_stands_is_no_mark_that_others_bear(pi: Pi) -> None:
    pi.write(f"{OLD}/config.txt", "[GENERAL]\n")
    pi.with_engine()
    ran = pi.install("--dry-run", "--old-folder", ".")
    assert (ran.returncode, "there is no such folder" in ran.stderr) == (2, True), ran.stderr
    ran = pi.install("--dry-run", "--old-folder", f"{OLD}/../mine//")
    assert f"Retiring the old product in {OLD}\n" in ran.stdout, ran.stdout + ran.stderr
