"""A mail server that takes mail over STARTTLS from whoever has the right name and password, and delivers nothing.

Faults of `smtp`: `unauthorised` (535 whoever asks), `error` (451 after the data), `rate_limit` (452 at the recipient, or at
the one alone that `value` names), `refuse` (550 at the recipient that `value` names), `slow` and `hang` (before the answer to the
data), `frozen` (it takes a connection and never says a word), `reset` (the connection is cut at the recipient), `lie` (250, and
the mail is lost), `offline` (nothing listens).
"""

import asyncio
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.simulator import certificate
from services.simulator.devices.away import Away
from services.simulator.devices.sink import Inbox
from services.simulator.devices.smtp_mail import content
from services.simulator.site import Faults

_HANG_S = 3_600.0


class SmtpSink:
    """`ca_file` is where the authority of its certificate is written, for the sender to trust. `made` is another one."""

    def __init__(
        self,
        faults: Faults,
        *,
        user: str,
        password: str,
        ca_file: Path | None,
        name: str = "smtp",
        made: certificate.Certificate | None = None,
    ) -> None:
        self.name = name
        self.inbox = Inbox()
        self._faults = faults
        self._credentials = (user, password)
        self._ca_file = ca_file
        self._made = made or certificate.make()
        self._address = ("", 0)
        self._away = Away(faults, name, opens=self._listen, close=self._hang_up)
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.BaseTransport] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port. The authority's file is written before."""
        if self._ca_file is not None:
            _write(self._ca_file, self._made.authority)
        self._address = host, port
        await self._listen()
        self._away.watch()
        return self._address[1]

    async def stop(self) -> None:
        """Stop listening and cut what is open; may be called twice."""
        await self._away.stop()
        await self._hang_up()

    async def _listen(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(self._protocol, *self._address)
        self._address = self._address[0], int(self._server.sockets[0].getsockname()[1])

    async def _hang_up(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for transport in list(self._sessions):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        self._server = None
        await asyncio.sleep(0)

    @property
    def is_mute(self) -> bool:
        """Whether it says nothing to whom it accepts."""
        return self._faults.has(self.name, "frozen")

    def _protocol(self) -> SMTP:
        return _Protocol(
            self, self._sessions, hostname="simulator", ident="simulated mail", tls_context=self._made.context,
            require_starttls=True, authenticator=self._authenticate, auth_required=any(self._credentials), auth_require_tls=True,
            enable_SMTPUTF8=True,
        )  # fmt: skip

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login.decode(), given.password.decode()) == self._credentials
        return AuthResult(success=right and not self._faults.has(self.name, "unauthorised"), handled=False)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """One recipient."""
        if self._faults.has(self.name, "reset") and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        if self._is_put_off(address):
            return "452 4.5.3 Too many recipients, try again later"
        if self._faults.value(self.name, "refuse") == address:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    def _is_put_off(self, address: str) -> bool:
        named = self._faults.value(self.name, "rate_limit")
        return named == address if isinstance(named, str) and "@" in named else named is not None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """The mail itself."""
        await self._dawdle()
        if self._faults.has(self.name, "error"):
            return "451 4.3.0 Requested action aborted: local error in processing"
        if not self._faults.has(self.name, "lie"):
            self.inbox.add(sender=envelope.mail_from, to=list(envelope.rcpt_tos), **content(envelope.content))
        return "250 2.0.0 OK: queued"

    async def _dawdle(self) -> None:
        if self._faults.has(self.name, "hang"):
            await asyncio.sleep(_HANG_S)
        if (slow_s := self._faults.value(self.name, "slow")) is not None:
            await asyncio.sleep(float(slow_s))


class _Session(Session):
    """The library notes the user under a name of its own that it has given up, and warns of that at each login."""

    login_data: Any = None


class _Protocol(SMTP):
    """Notes its connection, so that stopping the server can cut it: the wire's own, as a farewell over TLS waits for the peer."""

    def __init__(self, handler: SmtpSink, sessions: set[asyncio.BaseTransport], **options: Any) -> None:
        super().__init__(handler, **options)
        self._sink = handler
        self._open = sessions
        self._wire: asyncio.BaseTransport | None = None

    def _create_session(self) -> Session:
        return _Session(self.loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called again when TLS has begun."""
        if self._wire is None:
            self._wire = transport
            self._open.add(transport)
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        if self._sink.is_mute:
            await asyncio.sleep(_HANG_S)
        await super()._handle_client()

    def connection_lost(self, error: Exception | None) -> None:
        """The peer has gone, or we cut it."""
        if self._wire is not None:
            self._open.discard(self._wire)
        super().connection_lost(error)


def _write(path: Path, pem: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(pem)
    new.replace(path)
