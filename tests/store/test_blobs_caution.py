"""The mark that lets rules rest after a repair or a restore."""

from datetime import UTC, datetime, timedelta

import pytest

from vedette.store.blobs.caution import (
    MARK,
    LifecyclePause,
    lifecycle_pause,
    pause_lifecycle,
    resume_lifecycle,
)

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_a_folder_without_the_mark_has_no_caution(tmp_path):
    assert lifecycle_pause(tmp_path) is None
    assert lifecycle_pause(tmp_path / "nowhere") is None


def test_the_mark_says_why_and_since_when_until_it_is_taken_off(tmp_path):
    pause_lifecycle(tmp_path, "the index was rebuilt", lambda: NOON)
    assert lifecycle_pause(tmp_path) == LifecyclePause("the index was rebuilt", NOON)
    assert (tmp_path / MARK).stat().st_mode & 0o777 == 0o600
    assert resume_lifecycle(tmp_path)
    assert lifecycle_pause(tmp_path) is None
    assert not resume_lifecycle(tmp_path)


def test_the_first_mark_stays_when_there_is_another_reason(tmp_path):
    pause_lifecycle(tmp_path, "restored", lambda: NOON)
    standing = pause_lifecycle(tmp_path, "repaired", lambda: NOON + timedelta(hours=1))
    assert standing == lifecycle_pause(tmp_path) == LifecyclePause("restored", NOON)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"reason": "x"}', b'{"reason": "x", "since_ms": 1e40}']
)
def test_a_mark_that_cannot_be_read_stands_all_the_same(tmp_path, content):
    (tmp_path / MARK).write_bytes(content)
    standing = lifecycle_pause(tmp_path, lambda: NOON)
    assert standing is not None
    assert "damaged" in standing.reason
