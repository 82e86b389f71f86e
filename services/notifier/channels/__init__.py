"""The ways to people, by name. Each `make` gives the channel, or the reason why it is not set up."""

from typing import Protocol

from services.notifier.channels import email, sms, telegram, webhook
from services.notifier.channels.base import Channel
from services.notifier.routing import EMAIL, SMS, TELEGRAM, WEBHOOK
from services.shared.settings.sections import Notifications


class Make(Protocol):
    """Makes a channel from its keys. `site` is the name that a machine reads."""

    def __call__(self, told: Notifications, site: str = "") -> Channel | str:
        """The channel, or why there is none."""
        ...


CHANNELS: dict[str, Make] = {TELEGRAM: telegram.make, EMAIL: email.make, SMS: sms.make, WEBHOOK: webhook.make}
