"""What went wrong at the console's own routes. What a service refuses keeps that service's codes."""

from vedette import errors
from vedette.api.door import ChosenAnswer, LongBody, SlowBody
from vedette.api.faults import Fault
from vedette.vision.images import BrokenPicture
from vedette.wire.errors import ProtocolFault

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: ("NotFound", 404),
    errors.Taken: ("Conflict", 409),
    errors.Busy: ("Conflict", 409),
    errors.Wrong: ("BadRequest", 400),
    errors.BadToken: ("BadRequest", 400),
    errors.MalformedPolicy: ("BadRequest", 400),
    errors.Denied: ("AccessDenied", 403),
    errors.TooEarly: ("Conflict", 409),
    errors.TooMuch: ("LimitExceeded", 400),
    errors.TooFast: ("TooManyRequests", 429),
    errors.NoSpace: ("DiskFull", 507),
    errors.Unwritable: ("InternalFailure", 500),
    errors.Unbuilt: ("NotSupported", 501),
}
PICTURE = ("BadPicture", 400)


class ConsoleFault(ChosenAnswer):
    """An answer that only the console gives."""

    def __init__(self, code: str, status: int, sentence: str, *, retry_after_s: int = 0) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status
        self.sentence = sentence
        self.retry_after_s = retry_after_s


def signed_out() -> ConsoleFault:
    """Return the refusal of a request without a session."""
    return ConsoleFault("SignedOut", 401, "Nobody is signed in here, or the session has ended.")


def translate(error: Exception) -> Fault:
    """Return the fault for an error, whichever it is."""
    if isinstance(error, ConsoleFault):
        wait = {"retryAfterSeconds": error.retry_after_s} if error.retry_after_s else None
        return Fault(error.code, error.status, error.sentence, wait)
    if isinstance(error, errors.Refusal):
        code, status = PICTURE if isinstance(error, BrokenPicture) else FAULTS[type(error)]
        members = {"reason": error.reason} if isinstance(error, BrokenPicture) else None
        return Fault(code, status, error.sentence, members)
    if isinstance(error, LongBody):
        return Fault("RequestTooLarge", 413, str(error))
    if isinstance(error, SlowBody):
        return Fault("RequestTimeout", 408, str(error))
    if isinstance(error, ProtocolFault):
        return Fault("BadRequest", 400, error.sentence)
    return Fault("InternalFailure", 500, "The server failed; its log tells why, under the request's id.")
