"""The refusals in the codes of gRPC, as the Edge Agent used them: 3, 5, 8, 9 and 13."""

import logging
from collections.abc import Callable
from typing import Any, NoReturn

import grpc

from vedette import errors
from vedette.edge.life import ProcessFailed
from vedette.edge.process import CallerGone

log = logging.getLogger("vedette.edge")

CODES: dict[type[errors.Refusal], grpc.StatusCode] = {
    errors.Missing: grpc.StatusCode.NOT_FOUND,
    errors.Wrong: grpc.StatusCode.INVALID_ARGUMENT,
    errors.BadToken: grpc.StatusCode.INVALID_ARGUMENT,
    errors.MalformedPolicy: grpc.StatusCode.INVALID_ARGUMENT,
    errors.Taken: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Busy: grpc.StatusCode.FAILED_PRECONDITION,
    errors.TooEarly: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Denied: grpc.StatusCode.FAILED_PRECONDITION,
    errors.TooMuch: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.TooFast: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.NoSpace: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unwritable: grpc.StatusCode.INTERNAL,
    errors.Unbuilt: grpc.StatusCode.INTERNAL,
}


def code_of(refusal: errors.Refusal) -> grpc.StatusCode:
    """Return the code of a refusal, or of what it is a kind of."""
    return next(CODES[kind] for kind in type(refusal).__mro__ if kind in CODES)


def answered(call: Callable[[], Any], context: Any) -> Any:
    """Return what a call returns; end the request with the code of what it raises."""
    try:
        return call()
    except errors.Refusal as refusal:
        _abort(context, code_of(refusal), refusal.sentence)
    except ProcessFailed as error:
        _abort(context, grpc.StatusCode.INTERNAL, str(error))
    except CallerGone:
        _abort(context, grpc.StatusCode.CANCELLED, "The caller has gone.")
    except Exception:
        log.exception("a request failed")
        _abort(context, grpc.StatusCode.INTERNAL, "An internal error has occurred; see the agent's log.")


def _abort(context: Any, code: grpc.StatusCode, sentence: str) -> NoReturn:
    context.abort(code, sentence)
    raise AssertionError("abort raises")
