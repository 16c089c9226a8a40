"""What the console's own routes say of each error."""

import pytest

from vedette import errors
from vedette.api.console.faults import FAULTS, ConsoleFault, signed_out, translate
from vedette.api.door import LongBody, SlowBody
from vedette.vision.images import BrokenPicture


def test_a_broken_picture_says_why_it_is_and_no_other_refusal_does():
    broken = translate(BrokenPicture("a.jpg", "ends too soon.", "damaged"))
    assert (broken.code, broken.status, broken.members) == ("BadPicture", 400, {"reason": "damaged"})
    wrong = translate(errors.Wrong("The name is too long.", kind="name"))
    assert (wrong.code, wrong.status, wrong.members) == ("BadRequest", 400, None)


def test_a_fault_of_the_console_says_when_to_come_again_where_that_is_known():
    full = translate(ConsoleFault("Busy", 503, "Too many at once.", retry_after_s=7))
    assert (full.code, full.status, full.members) == ("Busy", 503, {"retryAfterSeconds": 7})
    assert translate(signed_out()).members is None


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (LongBody("The body is too long."), "RequestTooLarge", 413),
        (SlowBody("The body came too slowly."), "RequestTimeout", 408),
        (ZeroDivisionError("secret"), "InternalFailure", 500),
    ],
)
def test_what_is_no_refusal_is_told_by_its_kind_and_an_unforeseen_error_keeps_its_text(error, code, status):
    fault = translate(error)
    assert (fault.code, fault.status) == (code, status)
    assert "secret" not in fault.message


def test_every_kind_of_refusal_has_a_code():
    kinds = {value for value in vars(errors).values() if isinstance(value, type)}
    kinds = {kind for kind in kinds if issubclass(kind, errors.Refusal) and kind is not errors.Refusal}
    assert kinds <= set(FAULTS)
