"""One picture of a batch: it is asked about until there is a response, or a refusal that stays.

What passes by itself (too many requests, a server that restarts, a line that breaks) is waited for, longer
each time; what is wrong with the picture is its result; what is wrong with the batch ends it.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from vedette.cli.batch_pictures import PictureSource
from vedette.cli.batch_results import FAILED, Result
from vedette.cli.remote import Server
from vedette.cli.remote_models import RemoteModel

# The first wait after a refusal that passes, and the longest: doubled each time, and a random half of it.
FIRST_S, LONGEST_S = 0.2, 30.0
# These say what is wrong with one picture (both services' names).
OF_PICTURE = {
    "ImageTooLargeException",
    "InvalidImageFormatException",
    "InvalidParameterException",
    "InvalidS3ObjectException",
    "ValidationException",
}
# These pass: the model is busy, is being started, or the server goes down and comes back.
PASSING = {
    "ConflictException",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "LimitExceededException",
    "InternalServerError",
    "InternalServerException",
    "ServiceUnavailable",
    "SlowDown",
    "ResourceNotReadyException",
}
# What a bucket says of an object that was listed and is gone.
GONE = {"NoSuchKey", "404"}


class BatchEnds(Exception):
    """Nothing more can be asked; the message is a sentence."""


class RateLimit:
    """At most so many calls a second over all threads, evenly; none waits where the rate is 0."""

    def __init__(self, rate: float) -> None:
        self._step = 1.0 / rate if rate > 0 else 0.0
        self._lock = threading.Lock()
        self._next = time.monotonic()

    def wait(self) -> None:
        """Return when the next call may begin."""
        if not self._step:
            return
        with self._lock:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + self._step
        time.sleep(begin - now)


class PictureCalls:
    """Asks one model about pictures; threads share it."""

    def __init__(
        self, ask: Callable[[str], Any], *, patience_s: float, rate: RateLimit, stopped: threading.Event
    ) -> None:
        self._ask, self._patience_s = ask, patience_s
        self._rate, self._stopped = rate, stopped
        self._random = random.Random()  # noqa: S311  (only spreads the waits)

    def result(self, name: str) -> Result:
        """Return a picture's response, or what is wrong with it.

        Raises:
            BatchEnds: where no picture would be answered.
        """
        end, wait_s = time.monotonic() + self._patience_s, FIRST_S
        while True:
            self._rate.wait()
            response: dict[str, Any] = {}
            problem, is_passing = self._try(name, response)
            if not problem:
                return {"response": response}
            if not is_passing:
                return {FAILED: problem}
            if time.monotonic() + wait_s > end:
                raise BatchEnds(f"There was no answer for {self._patience_s:.0f} s: {problem}")
            if self._stopped.wait(wait_s * (0.5 + self._random.random() / 2)):
                raise BatchEnds("Stopped.")
            wait_s = min(2 * wait_s, LONGEST_S)

    def _try(self, name: str, response: dict[str, Any]) -> tuple[str, bool]:
        """Fill in the response; return what is wrong, and whether that passes."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            response.update(self._ask(name))
        except ClientError as fault:
            code, status = (
                fault.response["Error"]["Code"],
                fault.response["ResponseMetadata"]["HTTPStatusCode"],
            )
            sentence = f"{code}: {fault.response['Error'].get('Message', '')}"
            if code in OF_PICTURE or code in GONE:
                return sentence, False
            if code in PASSING or status >= 500:
                return sentence, True
            raise BatchEnds(sentence) from None
        except BotoCoreError as fault:
            return str(fault), True
        except OSError as error:
            return f"{error.strerror or error}", False
        return "", False


def asker(
    server: Server, model: RemoteModel, project: str, source: PictureSource, least: float | None
) -> Any:
    """Return a function that asks the model about a picture by its name, as its service is asked."""
    return ASKERS[server.service](server.client(), model, project, source, least)


def _label_asker(
    client: Any, model: RemoteModel, _project: str, source: PictureSource, least: float | None
) -> Callable[[str], Any]:
    more = {} if least is None else {"MinConfidence": least}

    def ask(name: str) -> Any:
        place = source.place(name)
        if place is None:
            image: dict[str, Any] = {"Bytes": source.read(name)}
        else:  # the server reads it where it is: no second way over the network
            image = {"S3Object": {"Bucket": place[0], "Name": place[1]}}
        return _own(client.detect_custom_labels(ProjectVersionArn=model.arn, Image=image, **more))

    return ask


def _anomaly_asker(
    client: Any, model: RemoteModel, project: str, source: PictureSource, _least: float | None
) -> Callable[[str], Any]:
    def ask(name: str) -> Any:
        kind = "image/png" if name.lower().endswith(".png") else "image/jpeg"
        answer = client.detect_anomalies(
            ProjectName=project, ModelVersion=model.name, ContentType=kind, Body=source.read(name)
        )
        return _own(answer)

    return ask


ASKERS = {"rekognition": _label_asker, "lookoutvision": _anomaly_asker}


def _own(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what the service itself said."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
