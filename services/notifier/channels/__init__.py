"""The ways to people, by name. Each `make` gives the channel, or the reason why it is not set up."""

from collections.abc import Callable

from services.notifier.channels import email, sms, telegram
from services.notifier.channels.base import Channel
from services.notifier.routing import EMAIL, SMS, TELEGRAM
from services.shared.settings.sections import Notifications

CHANNELS: dict[str, Callable[[Notifications], Channel | str]] = {TELEGRAM: telegram.make, EMAIL: email.make, SMS: sms.make}
