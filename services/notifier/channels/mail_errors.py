"""A mail server's refusals in words. A 5xx stays what it is until somebody changes something (RFC 5321, 4.2.1)."""

import ssl
from collections.abc import Mapping

import aiosmtplib

from services.notifier.channels.base import Failed
from services.notifier.channels.masked import mailbox
from services.shared.unanswered import why


def failed(error: BaseException, *, handed_over: bool, answer_s: float) -> Failed:
    """Why nothing is known to be sent. `handed_over`: the message itself had been begun. `answer_s`: how long was waited."""
    match error:
        case aiosmtplib.SMTPResponseException():
            return _refused(error)
        case aiosmtplib.SMTPException() if "STARTTLS" in str(error):
            return Failed("the mail server has no STARTTLS; nothing is sent without it", slow=True)
        case aiosmtplib.SMTPException() if "AUTH" in str(error):
            return Failed("the mail server asks for no user and password; email_username must be empty for it", slow=True)
        case FileNotFoundError():
            return Failed("email_ca_file is not there", slow=True)
        case UnicodeError():
            return Failed("a mail address has letters that the mail server does not know", slow=True)
        case ValueError() if not isinstance(error, OSError):  # a certificate error is both
            return Failed("the message cannot be put into a mail", slow=True)
    connected = handed_over or isinstance(error, aiosmtplib.SMTPServerDisconnected | aiosmtplib.SMTPReadTimeoutError)
    reason = why(error, within_s=answer_s, connected=connected)
    no_tls = isinstance(error.__cause__ or error, ssl.SSLError)
    return Failed(f"the mail server: {reason}", slow=no_tls, maybe_taken=handed_over)


def none_taken(refused: Mapping[str, aiosmtplib.SMTPRecipientRefused]) -> Failed:
    """All recipients were refused; for good only if none may be tried again."""
    return Failed(
        f"the mail server refuses all recipients: {with_codes(refused)}", slow=all(one.code >= 500 for one in refused.values())
    )


def with_codes(refused: Mapping[str, aiosmtplib.SMTPRecipientRefused]) -> str:
    """The addresses, masked, with the server's codes."""
    return ", ".join(f"{mailbox(address)} ({error.code})" for address, error in refused.items())


def _refused(error: aiosmtplib.SMTPResponseException) -> Failed:
    match error:
        case aiosmtplib.SMTPAuthenticationError() if error.code < 500:
            return Failed(f"the mail server lets nobody log in now ({error.code})")
        case aiosmtplib.SMTPAuthenticationError():
            return Failed(f"the mail server refuses user and password ({error.code})", slow=True)
        case aiosmtplib.SMTPSenderRefused():
            return Failed(f"the mail server refuses the sender ({error.code})", slow=error.code >= 500)
    words = " ".join(error.message.split())[:120]
    return Failed(f"the mail server answers {error.code}: {words}", slow=error.code >= 500)
