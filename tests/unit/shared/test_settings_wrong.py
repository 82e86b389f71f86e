# ruff: noqa: E501 - a sentence stays on its line
"""Every file of config/wrong holds one mistake, and the start says which, where, and what is allowed."""

from pathlib import Path

import pytest

from services.shared.settings import SettingsError, load

WRONG = Path("config/wrong")
EXPECTED = {
    'address-with-a-scheme': "{file} line 2: [APIS] roomalert_ip: found 'http://192.168.1.100'; allowed: host or host:port, such as 192.168.1.100 or 127.0.0.1:8080",
    'address-with-bad-port': "{file} line 2: [APIS] pdu_ip: found '192.168.1.102, 192.168.1.103:99999'; allowed: host or host:port, such as 192.168.1.100 or 127.0.0.1:8080",
    'alarm-channel-unknown': "{file} line 2: [ALARM door] channels: found 'pigeon'; allowed: telegram, email, sms, webhook",
    'alarm-delay-not-a-number': "{file} line 2: [ALARM door] on_delay_seconds: found 'soon'; allowed: a number from 0 to 3600 (s)",
    'alarm-delay-too-long': "{file} line 2: [ALARM door] off_delay_seconds: found '100000'; allowed: a number from 0 to 86400 (s)",
    'alarm-key-with-blank': "{file} line 1: section: found '[ALARM device lost]'; allowed: [ALARM key] with a key of a-z 0-9 _ -, which may end in *",
    'alarm-priority-unknown': "{file} line 2: [ALARM device_lost_*] priority: found 'urgent'; allowed: high, medium or low",
    'alarm-without-key': '{file} line 1: [ALARM]: found no name; allowed: [ALARM name], a-z 0-9 _ -',
    'annunciator-on-a-fan': "{file} line 3: [ANNUNCIATOR] relay: found '8'; allowed: a relay that no fan uses; fan 8 is on relay-1/8",
    'annunciator-on-missing-board': "{file} line 4: [ANNUNCIATOR] board: found 'relay-2'; allowed: relay-1",
    'annunciator-relay-too-high': "{file} line 5: [ANNUNCIATOR] relay: found '33'; allowed: a whole number from 1 to 32",
    'annunciator-without-boards': "{file} line 2: [ANNUNCIATOR] board: found 'relay-1'; allowed: a board that [APIS] fan_relay_ip names; it names none",
    'backup-keep-one-hourly': "{file} line 2: [BACKUP] keep_hourly: found '1'; allowed: a whole number from 2 to 1000",
    'backup-passphrase-known': "{file} line 2: [BACKUP] passphrase: found 'one that is short or that everybody knows'; allowed: at least 12 letters that nobody can guess, without a line break",
    'backup-passphrase-short': "{file} line 2: [BACKUP] passphrase: found 'one that is short or that everybody knows'; allowed: at least 12 letters that nobody can guess, without a line break",
    'backup-remote-quote-open': """{file} line 2: [BACKUP] remote_command: found 'rsync -e "ssh -p 22 {file} far.example:mine/'; allowed: a program with its arguments; a quote does not end""",
    'backup-remote-with-a-pipe': "{file} line 2: [BACKUP] remote_command: found 'cat {file} | ssh far.example dd of={name}'; allowed: one program with its arguments: no shell reads it",
    'backup-remote-without-file': "{file} line 2: [BACKUP] remote_command: found 'rclone copyto store:mine/{name}'; allowed: a program with {file} among its arguments",
    'backup-remote-without-passphrase': "{file} line 1: [BACKUP] passphrase: found 'nothing'; allowed: a passphrase: what goes away is encrypted",
    'backup-second-relative': "{file} line 2: [BACKUP] second_folder: found 'usb/mine'; allowed: a whole path on another medium, such as /mnt/usb/mine",
    'broken-section-header': "{file} line 1: section: found '[GENERAL'; allowed: [SECTION] or [SECTION name] with a name of a-z 0-9 _ -",
    'channel-test-unknown-day': "{file} line 2: [NOTIFICATIONS] channel_test: found 'monthly 10:00'; allowed: a day and a time such as mon 10:00, or none",
    'control-characters': "{file} line 2: line: allowed: a line without control characters",
    'control-unknown-word': "{file} line 2: [GENERAL] control: found 'on'; allowed: observe or armed",
    'debug-network-broken': "{file} line 2: [API] debug_networks: found '192.168.1.300/24'; allowed: networks such as 192.168.1.0/24",
    'debug-port-is-the-page': "{file} line 2: [API] port: found '5000'; allowed: another port than [API] debug_port: both would listen on port 5000",
    'duplicate-key': '{file} line 3: [GENERAL] Max_Temp_Celsius: allowed: once; it stands in line 2 already',
    'duplicate-section': '{file} line 3: [general]: allowed: once; it stands in line 1 already',
    'email-from-two': "{file} line 2: [NOTIFICATIONS] email_from: found 'a@b.example, c@d.example'; allowed: one address such as mine@mine.example, or Name <mine@mine.example>",
    'email-recipient-broken': "{file} line 2: [NOTIFICATIONS] email_recipients: found 'noat'; allowed: one address such as anna@mine.example",
    'email-server-with-port': "{file} line 2: [NOTIFICATIONS] email_smtp_server: found 'mail.example:587'; allowed: a host such as smtp.gmail.com alone; its port stands in email_smtp_port",
    'email-server-with-scheme': "{file} line 2: [NOTIFICATIONS] email_smtp_server: found 'smtp://mail.example'; allowed: a host such as smtp.gmail.com alone; its port stands in email_smtp_port",
    'emergency-below-shed': "{file} line 2: [TEMPERATURE] emergency_celsius: found '37'; allowed: above shed_celsius (38)",
    'escalate-below-a-minute': "{file} line 2: [NOTIFICATIONS] escalate_minutes: found '0.5'; allowed: a number from 1 to 240 (min)",
    'fan-channel-on-missing-board': "{file} line 5: [FANS] channels: found 'relay-2/1'; allowed: relay-1 to relay-1",
    'fan-channel-without-relay': "{file} line 3: [FANS] channels: found '1'; allowed: relay-1/1 and so on, channel 1 to 32",
    'fan-count-too-high': "{file} line 2: [FANS] count: found '10'; allowed: a whole number from 0 to 9",
    'fan-stage-above-max': "{file} line 2: [FANS] stage_start_celsius: found '40'; allowed: below [GENERAL] max_temp_celsius (35)",
    'fan-zones-for-too-few': "{file} line 2: [FANS] zones: found 'east, west'; allowed: none, or 9, one per fan",
    'feeder-limit-zero': "{file} line 2: [FEEDER north] limit_kw: found '0'; allowed: a number above 0 (kW)",
    'feeder-named-twice': '{file} line 4: [FEEDER North]: allowed: once; it stands in line 1 already',
    'feeder-unknown-group': "{file} line 7: [FEEDER north] members: found 'row-x'; allowed: a PDU, a group or a zone; did you mean row-a?",
    'feeder-unknown-pdu': "{file} line 5: [FEEDER north] members: found 'pdu-2'; allowed: a PDU, a group or a zone; did you mean pdu-1?",
    'feeder-without-limit': "{file} line 1: [FEEDER north] limit_kw: found 'nothing'; allowed: a number above 0 (kW)",
    'feeder-without-members': "{file} line 1: [FEEDER north] members: found 'nothing'; allowed: PDUs (pdu-1), load groups and zones, separated by commas",
    'foreman-plain-http': "{file} line 2: [APIS] foreman_api: found 'http://foreman.example.com/api'; allowed: plain http would show the API key to everyone; use https://api.foreman.mn",
    'foreman-with-a-password': "{file} line 2: [APIS] foreman_api: found 'https://********@api.foreman.mn/api'; allowed: an address such as https://api.foreman.mn/api",
    'heartbeat-url-bracket-open': '{file} line 2: [NOTIFICATIONS] heartbeat_url: found something of 11 letters; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page',
    'heartbeat-url-port-too-high': '{file} line 2: [NOTIFICATIONS] heartbeat_url: found something of 33 letters; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page',
    'heartbeat-url-with-blank': '{file} line 2: [NOTIFICATIONS] heartbeat_url: found something of 28 letters; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page',
    'heartbeat-url-with-fail': "{file} line 2: [NOTIFICATIONS] heartbeat_url: found something of 32 letters; allowed: the check's own address, without /start, /fail or /log at its end and without a # part; what is told is added to it",
    'heartbeat-url-with-fragment': "{file} line 2: [NOTIFICATIONS] heartbeat_url: found something of 32 letters; allowed: the check's own address, without /start, /fail or /log at its end and without a # part; what is told is added to it",
    'heartbeat-url-with-start': "{file} line 2: [NOTIFICATIONS] heartbeat_url: found something of 43 letters; allowed: the check's own address, without /start, /fail or /log at its end and without a # part; what is told is added to it",
    'http-loads-without-url': "{file} line 1: [HTTP_LOADS row-c] url: found 'nothing'; allowed: an address that begins with http:// or https://",
    'http-range-backwards': "{file} line 3: [HTTP_LOADS row-c] range: found '10.0.0.36-10.0.0.1:80'; allowed: 10.0.0.1-10.0.0.36:8080 or 127.0.0.1:9001-9036, 1 to 1000 of them",
    'infinite-temperature': "{file} line 2: [TEMPERATURE] emergency_celsius: found 'inf'; allowed: a number from 0 to 95 (C)",
    'json-signal-without-path': "{file} line 1: [SIGNAL utility] path: found 'nothing'; allowed: where the value stands, because form is json",
    'key-before-any-section': '{file} line 1: max_temp_celsius: allowed: only below a [SECTION]',
    'line-without-equals': "{file} line 2: line: found 'max_temp_celsius'; allowed: key = value, [SECTION], or a comment that begins with #",
    'loads-file-missing': 'nowhere.csv: file: found No such file or directory; allowed: a file that can be read',
    'loads-foreman-without-id': "{loads} line 2: column foreman_id: found nothing; allowed: Foreman's number of the miner, for kind foreman",
    'loads-http-without-section': "{loads} line 2: column section: found ''; allowed: an [HTTP_LOADS name] of the configuration; there is none",
    'loads-kw-nan': "{loads} line 2: column kw: found 'nan'; allowed: a number of kW above 0 (0 only for a protected outlet)",
    'loads-kw-not-a-number': "{loads} line 2: column kw: found '3.3kW'; allowed: a number of kW above 0 (0 only for a protected outlet)",
    'loads-named-all': "{loads} line 2: column name: found 'all'; allowed: letters, digits, . _ -, and neither all nor empty",
    'loads-outlet-without-pdu': '{loads} line 2: columns pdu, outlet: found nothing; allowed: a PDU and its outlet, for kind outlet',
    'loads-priority-zero': "{loads} line 2: column priority: found '0'; allowed: a whole number from 1 (shed last) to 9 (shed first)",
    'loads-protected-unknown-word': "{loads} line 2: column protected: found 'maybe'; allowed: yes or no",
    'loads-same-name-twice': "{loads} line 3: column name: found 'M-1'; allowed: once; {loads} line 2 has it already",
    'loads-too-many-values': '{loads} line 2: row: found 11 values; allowed: at most 10, one for each column',
    'loads-two-on-one-outlet': "{loads} line 3: column outlet: found 'pdu-1/1'; allowed: once; {loads} line 2 has it already",
    'loads-unknown-column': "{loads} line 1: column: found 'room'; allowed: each once of name, kind, group, zone, kW, priority, foreman_id, pdu, outlet, protected, efficiency_j_th, address, section",
    'loads-unknown-kind': "{loads} line 2: column kind: found 'antminer'; allowed: foreman, http, outlet",
    'loads-unknown-pdu': "{loads} line 2: column pdu: found 'pdu-2'; allowed: pdu-1 to pdu-1",
    'loads-without-kw': '{loads} line 1: header: found no column kw; allowed: the columns name, kind, group, zone, kW, priority, foreman_id, pdu, outlet, protected',
    'meter-on-missing-iotawatt': "{file} line 2: [METER] site_meter: found 'iotawatt-1/site_total'; allowed: an IoTaWatt that [APIS] iotawatt_ip names",
    'meter-without-quantity': "{file} line 2: [METER] site_meter: found 'iotawatt-1'; allowed: pdu, or device/quantity such as iotawatt-1/site_total",
    'min-above-max': "{file} line 2: [GENERAL] min_temp_celsius: found '36'; allowed: below max_temp_celsius (35)",
    'mqtt-sensor-unknown-unit': "{file} line 3: [MQTT_SENSOR north] unit: found 'Kelvin'; allowed: Cel, F, %RH, W, kW or V",
    'mqtt-sensor-without-topic': "{file} line 1: [MQTT_SENSOR north] topic: found 'nothing'; allowed: a topic such as site/+/temperature",
    'mqtt-signal-without-topic': "{file} line 1: [SIGNAL backup] topic: found 'nothing'; allowed: a topic, because kind is mqtt",
    'name-where-none-belongs': "{file} line 1: section: found 'FANS north'; allowed: [FANS] without a name",
    'named-section-without-name': '{file} line 1: [MQTT_SENSOR]: found no name; allowed: [MQTT_SENSOR name], a-z 0-9 _ -',
    'nan-temperature': "{file} line 2: [GENERAL] max_temp_celsius: found 'nan'; allowed: a number from 0 to 80 (C)",
    'negative-interval': "{file} line 2: [GENERAL] loop_interval_minutes: found '-2'; allowed: a number above 0, up to 60 (min)",
    'not-utf-8': '{file} line 2: file: found bytes that are no UTF-8; allowed: a text file in UTF-8',
    'number-with-underscore': "{file} line 2: [POWER] response_deadline_minutes: found '1_0'; allowed: a number above 0, up to 120 (min)",
    'page-on-a-simulated-devices-port': "{file} line 4: [API] port: found '18000'; allowed: another port than [SIMULATOR] base_port (a device's, from 18000 on): both would listen on port 18000",
    'page-on-the-brokers-port': "{file} line 2: [API] port: found '1883'; allowed: another port than [BROKER] port: both would listen on port 1883",
    'pair-without-equals': "{file} line 2: [TEMPERATURE] zones: found 'roomalert-1/sensor-1 main' without '='; allowed: name = value, separated by commas",
    'person-email-broken': "{file} line 2: [PERSON anna] email: found 'anna at mine.example'; allowed: one address such as anna@mine.example",
    'person-named-by-a-pattern': "{file} line 1: section: found '[PERSON an*]'; allowed: [SECTION] or [SECTION name] with a name of a-z 0-9 _ -",
    'person-on-call-unknown': "{file} line 2: [PERSON anna] on_call: found 'weekdays 07:00-19:00'; allowed: always, never, or hours such as mon-fri 07:00-19:00; sat,sun 09:00-12:00",
    'person-phone-broken': "{file} line 2: [PERSON anna] phone: found '...4711'; allowed: one number such as +15155550100",
    'person-telegram-by-name': "{file} line 2: [PERSON anna] telegram: found '@anna'; allowed: the number of a Telegram user, such as 123456789, not a @name",
    'person-telegram-twice': "{file} line 4: [PERSON ben] telegram: found '...6789'; allowed: another number than that of [PERSON anna]",
    'person-without-name': '{file} line 1: [PERSON]: found no name; allowed: [PERSON name], a-z 0-9 _ -',
    'polls-slower-than-stale': "{file} line 2: [TEMPERATURE] poll_seconds: found '100'; allowed: at most half of stale_seconds (120 s)",
    'port-not-whole': "{file} line 2: [BROKER] port: found '18.83'; allowed: a whole number from 1 to 65535",
    'port-out-of-range': "{file} line 2: [NOTIFICATIONS] email_smtp_port: found '70000'; allowed: a whole number from 1 to 65535",
    'schedule-hour-too-late': "{file} line 3: [SCHEDULE summer] ends: found '24:00'; allowed: a text of 00:00 to 23:59",
    'schedule-of-no-length': "{file} line 3: [SCHEDULE summer] ends: found '09:00'; allowed: another time than begins; for a whole day 00:00 and 23:59",
    'schedule-unknown-day': "{file} line 2: [SCHEDULE summer] days: found 'thur'; allowed: mon, tue, wed, thu, fri, sat, sun",
    'schedule-without-begin': "{file} line 1: [SCHEDULE summer] begins: found 'nothing'; allowed: a time of the day such as 14:00",
    'schedule-without-end': "{file} line 1: [SCHEDULE summer] ends: found 'nothing'; allowed: a time of the day such as 14:00",
    'section-name-with-blank': "{file} line 1: section: found '[SIGNAL second source]'; allowed: [SECTION] or [SECTION name] with a name of a-z 0-9 _ -",
    'sensor-without-device': "{file} line 2: [TEMPERATURE] roles: found 'sensor-1'; allowed: each sensor once, as device/quantity: roomalert-1/sensor-1",
    'services-on-one-port': "{file} line 2: [OPS] collector_port: found '8102'; allowed: another port than [OPS] controller_port: both would listen on port 8102",
    'shed-below-max': "{file} line 2: [TEMPERATURE] shed_celsius: found '34'; allowed: above [GENERAL] max_temp_celsius (35)",
    'signal-expression-broken': "{file} line 3: [SIGNAL utility] pattern: found 'level: ('; allowed: a regular expression (missing ), unterminated subpattern at position 7)",
    'signal-expression-without-group': "{file} line 4: [SIGNAL utility] path: found 'level: \\\\w+'; allowed: a regular expression with one group in parentheses",
    'signal-page-without-scheme': "{file} line 2: [APIS] cornbelt_url: found 'cbpower.coop/power-signal'; allowed: an address that begins with http:// or https://",
    'signal-target-in-plain-text': "{file} line 4: [SIGNAL backup] target_path: found 'kw'; allowed: only with form = css or json; form is text",
    'signal-without-address': "{file} line 1: [SIGNAL backup] url: found 'nothing'; allowed: an address that begins with http:// or https://",
    'site-with-a-slash': "{file} line 2: [GENERAL] site: found 'mine/1'; allowed: a text of a-z 0-9 _ -",
    'sms-body-without-text': "{file} line 2: [NOTIFICATIONS] sms_body: found 'to={to}'; allowed: a text that holds {text}, which the message fills",
    'sms-header-name-with-blank': '{file} line 2: [NOTIFICATIONS] sms_header: found something of 11 letters; allowed: Name: value, a name without blanks and a colon, such as Authorization: Bearer {key}; or none',
    'sms-header-without-colon': '{file} line 2: [NOTIFICATIONS] sms_header: found something of 7 letters; allowed: Name: value, a name without blanks and a colon, such as Authorization: Bearer {key}; or none',
    'sms-phone-no-number': "{file} line 2: [NOTIFICATIONS] sms_phone: found '...abc'; allowed: one number such as +15155550100",
    'sms-phone-too-short': "{file} line 2: [NOTIFICATIONS] sms_phone: found '...123'; allowed: one number such as +15155550100",
    'sms-provider-unknown': "{file} line 2: [NOTIFICATIONS] sms_provider: found 'pigeon'; allowed: twilio or generic",
    'telegram-api-with-a-password': "{file} line 2: [NOTIFICATIONS] telegram_api: found 'https://********@telegram.example'; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page, and no user or password",
    'telegram-chat-by-name': "{file} line 2: [NOTIFICATIONS] telegram_chat_id: found 'abc'; allowed: a number such as 123456789 or, for a group, -1001234567890, or @channelname",
    'telegram-chat-two': "{file} line 2: [NOTIFICATIONS] telegram_chat_id: found '1 2'; allowed: a number such as 123456789 or, for a group, -1001234567890, or @channelname",
    'telegram-users-by-name': "{file} line 2: [NOTIFICATIONS] telegram_users: found '@anna'; allowed: the number of a Telegram user, such as 123456789, not a @name",
    'temperature-in-fahrenheit': "{file} line 2: [GENERAL] max_temp_celsius: found '95'; allowed: a number from 0 to 80 (C)",
    'temperature-not-a-number': "{file} line 2: [GENERAL] max_temp_celsius: found 'warm'; allowed: a number from 0 to 80 (C)",
    'temperature-with-decimal-comma': "{file} line 2: [GENERAL] max_temp_celsius: found '35,5'; allowed: a number from 0 to 80 (C)",
    'timezone-unknown': "{file} line 2: [GENERAL] timezone: found 'Iowa/Clear_Lake'; allowed: a name of the IANA list, such as America/Chicago",
    'two-fans-on-one-channel': "{file} line 5: [FANS] channels: found 'relay-1/1'; allowed: each once",
    'two-levels-for-one-word': "{file} line 3: [SIGNAL utility] vocabulary: found 'Red = normal'; allowed: one level for each word; it is control already",
    'unknown-level-in-vocabulary': '{file} line 3: [SIGNAL utility] vocabulary: found shed now = panic; allowed: normal, watch, alert, control, emergency',
    'unknown-sensor-role': "{file} line 2: [TEMPERATURE] roles: found 'roomalert-1/sensor-1 = inlet'; allowed: intake, exhaust, other",
    'unknown-switch-role': "{file} line 2: [TEMPERATURE] switches: found 'roomalert-1/switch-1 = fire'; allowed: utility, door, flood, smoke, other, with ! to reverse",
    'url-bracket-open': "{file} line 2: [APIS] cornbelt_url: found 'http://[::1'; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page",
    'url-port-too-high': "{file} line 2: [WATCH] url: found 'https://mine.example:99999'; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page",
    'url-port-zero': "{file} line 2: [SIGNAL backup] url: found 'https://mine.example:0/signal'; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page",
    'url-with-blank': "{file} line 2: [NOTIFICATIONS] sms_url: found something of 28 letters; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page",
    'url-with-broken-password': "{file} line 2: [APIS] cornbelt_url: found 'https://********@utility.example'; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page",
    'url-without-host': "{file} line 2: [HTTP_LOADS row-c] url: found 'http://:8080'; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page",
    'utility-named-twice': "{file} line 3: [SIGNAL utility]: allowed: once; [SIGNAL] in line 1 is the same",
    'watch-url-without-scheme': "{file} line 2: [WATCH] url: found 'mine.example:8000'; allowed: an address that begins with http:// or https://",
    'webhook-secret-no-base64': "{file} line 3: [NOTIFICATIONS] webhook_secret: found 'what follows whsec_ is no base64'; allowed: whsec_ and base64, or any other text",
    'webhook-url-port-too-high': '{file} line 2: [NOTIFICATIONS] webhook_url: found something of 39 letters; allowed: http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page',
    'wiring-for-too-few-fans': "{file} line 2: [FANS] wiring: found 'nc, nc, no'; allowed: none, one for all, or 9, one per fan",
    'wiring-unknown-word': "{file} line 2: [FANS] wiring: found 'normally closed'; allowed: nc or no",
    'yes-or-no-unknown-word': "{file} line 2: [POWER] hard_cut_on_loss: found 'perhaps'; allowed: yes or no",
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_one_mistake_is_named_with_its_place_and_what_is_allowed(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(WRONG / f"{name}.txt", env={})
    expected = EXPECTED[name].replace("{file} line", f"{name}.txt line").replace("{loads}", f"{name}.csv")
    assert [str(problem) for problem in caught.value.problems] == [expected]


def test_no_wrong_file_is_left_out() -> None:
    assert {path.stem for path in WRONG.glob("*.txt")} == set(EXPECTED)
    assert {path.stem for path in WRONG.glob("*.csv")} <= set(EXPECTED)


@pytest.mark.parametrize(
    "config",
    [
        "[APIS]\npdu_ip = http://10.0.0.1\n", "[APIS]\npdu_ip 10.0.0.1\n", "[APIS\npdu_ip = 10.0.0.1\n",
        "[HTTP_LOADS]\nurl = http://{address}\n[APIS]\npdu_ip = 10.0.0.1:0\n",
    ],
)  # fmt: skip
def test_a_mistake_is_told_without_those_that_only_follow_from_it(tmp_path: Path, config: str) -> None:
    (tmp_path / "config.txt").write_text(config)
    rows = "".join(f"m-{n},outlet,3,1,{n}\n" + (f"h-{n},http,3,,\n" if "[HTTP" in config else "") for n in range(1, 301))
    (tmp_path / "loads.csv").write_text(f"name,kind,kW,pdu,outlet\n{rows}")
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "config.txt", env={})
    assert {problem.where.partition(" ")[0] for problem in caught.value.problems} == {"config.txt"}
    assert len(caught.value.problems) == config.count("[HTTP") + 1


def test_rows_with_the_same_mistake_are_one_mistake_and_do_not_bury_its_cause(tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text("[APPIS]\npdu_ip = 10.0.0.1\n")
    (tmp_path / "loads.csv").write_text("name,kind,kW,pdu,outlet\n" + "".join(f"m-{n},outlet,3,1,{n}\n" for n in range(1, 301)))
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "config.txt", env={})
    assert [problem.where for problem in caught.value.problems] == ["loads.csv line 2 and 299 more rows"]
    assert "section [APPIS] is unknown; did you mean APIS?" in str(caught.value)


def test_a_section_with_a_mistake_is_not_compared_with_others_and_sound_ones_are(tmp_path: Path) -> None:
    file = tmp_path / "config.txt"
    file.write_text("[GENERAL]\nmax_temp_celsius = warm\n[TEMPERATURE]\nshed_celsius = 30\n[FANS]\nwiring = nc, no\n")
    with pytest.raises(SettingsError) as caught:
        load(file, env={})
    assert [problem.what for problem in caught.value.problems] == ["[GENERAL] max_temp_celsius", "[FANS] wiring"]


def test_warnings_are_told_beside_the_mistakes_and_as_warnings(tmp_path: Path) -> None:
    file = tmp_path / "config.txt"
    file.write_text("[FANZ]\n[GENERAL]\ncontrol = armd\n")
    with pytest.raises(SettingsError) as caught:
        load(file, env={})
    assert str(caught.value).splitlines() == [
        "The configuration has 1 mistake:",
        "  config.txt line 3: [GENERAL] control: found 'armd'; allowed: observe or armed",
        "and 1 warning:",
        "  config.txt line 1: section [FANZ] is unknown; did you mean FANS?",
    ]


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "config.txt"
    file.write_text("[GENERAL]\nmax_temp_celsius = warm\ncontrol = on\nnonsense\n[FANS]\ncount = 12\n")
    with pytest.raises(SettingsError) as caught:
        load(file, env={})
    assert [problem.where for problem in caught.value.problems] == [f"config.txt line {line}" for line in (4, 2, 3, 6)]
    assert str(caught.value).startswith("The configuration has 4 mistakes:")
