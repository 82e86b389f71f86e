"""A mail server's refusals in words. A 5xx stays what it is until somebody changes something (RFC 5321, 4.2.1)."""

import ssl
from collections.abc import Mapping

import aiosmtplib

from services.notifier.channels.base import Failed
from services.notifier.channels.masked import mailbox


def failed(error: BaseException, *, handed_over: bool) -> Failed:
    """Why nothing is known to be sent. `handed_over`: the message itself had been begun."""
    cause = error.__cause__ or error
    match error:
        case aiosmtplib.SMTPResponseException():
            return _refused(error)
        case aiosmtplib.SMTPException() if "STARTTLS" in str(error):
            return Failed("the mail server has no STARTTLS; nothing is sent without it", slow=True)
        case FileNotFoundError():
            return Failed("email_ca_file is not there", slow=True)
        case UnicodeError():
            return Failed("a mail address has letters that the mail server does not know", slow=True)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failed(f"the mail server's certificate is not trusted: {cause.verify_message}", slow=True)
    if isinstance(cause, ssl.SSLError):
        return Failed(f"no TLS with the mail server ({cause.reason})", slow=True)
    return _no_answer(error, type(cause).__name__, handed_over)


def _no_answer(error: BaseException, cause: str, handed_over: bool) -> Failed:
    match error:
        case aiosmtplib.SMTPConnectTimeoutError() | aiosmtplib.SMTPReadTimeoutError():
            return Failed("the mail server says nothing", maybe_taken=handed_over)
        case aiosmtplib.SMTPServerDisconnected():
            return Failed(f"the mail server broke off ({type(error).__name__})", maybe_taken=handed_over)
        case _:
            return Failed(f"the mail server cannot be reached ({cause})", maybe_taken=handed_over)


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
