"""What the disk raises somewhere below becomes an answer and one line of the log, whichever the dialect."""

import asyncio
import errno
import logging
import sqlite3

import pytest

from vedette.server.app import Application


def answer(house, error, headers=()):
    """Return the status and body of a request during which the error is raised."""
    front = Application(house)

    async def fail(*arguments):
        raise error

    front._visit = fail
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "scheme": "http",
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(front(scope, receive, send))
    front.close()
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()


REKOGNITION = [("x-amz-target", "RekognitionService.DescribeProjects"), ("host", "localhost")]
QUERY = [("content-type", "application/x-www-form-urlencoded"), ("host", "localhost")]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (
            OSError(errno.ENOSPC, "No space left", "/secret/place"),
            507,
            ("InsufficientStorage", "disk is full"),
        ),
        (OSError(errno.EROFS, "Read-only file system", "/secret/place"), 503, ("Read-only file system",)),
        (sqlite3.DatabaseError("x"), 500, ("InternalError",)),
    ],
)
def test_s3_is_told_what_the_disk_says_and_not_where(house, caplog, error, status, words):
    with caplog.at_level(logging.INFO):
        answered, body = answer(house, error)
    assert answered == status
    assert all(word in body for word in words)
    assert "secret" not in body
    assert ("Traceback" in caplog.text) == (status == 500)


def test_rekognition_is_told_in_its_own_errors(house):
    status, body = answer(house, OSError(errno.EDQUOT, "Disk quota exceeded"), REKOGNITION)
    assert status == 400
    assert "LimitExceededException" in body
    status, body = answer(house, OSError(errno.EIO, "Input/output error"), REKOGNITION)
    assert status == 500
    assert "InternalServerError" in body
    assert "Input/output error" in body
