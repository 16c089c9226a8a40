"""Rules carried out on a folder of buckets, with a clock that is set by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.clock import milliseconds
from vedette.store.blobs.expiry import PAGE, ExpiryRun, Removals
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.looks import DOCUMENT
from vedette.store.blobs.rules import DAY_S, Days, ExpiryRule, RuleFilter, is_held
from vedette.store.blobs.values import About, Checksum, UploadPart

START = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BUCKET = "rules"


class Shelf:
    """One bucket, and a clock that can be turned."""

    def __init__(self, root):
        self.now = START
        self.blobs = FolderBlobs(root, clock=lambda: self.now)
        self.blobs.buckets.create(BUCKET, account="1", region="us-east-1")
        self.blobs.buckets.put_document(BUCKET, DOCUMENT, b"rules")

    def put(self, key, *, size=1, **about):
        draft = self.blobs.draft()
        draft.add(b"x" * size)
        return self.blobs.objects.put(BUCKET, key, draft, owner="1", about=About(**about))

    def delete(self, key):
        return self.blobs.objects.delete(BUCKET, key, owner="1")

    def versions(self):
        page = self.blobs.listing.versions(BUCKET, most=5000)
        return [(blob.key, "marker" if blob.marker else blob.size) for blob in page.blobs]

    def current(self):
        return [blob.key for blob in self.blobs.listing.objects(BUCKET, most=5000).blobs]

    def look(self, *rules, days=None, goes_on=lambda: True):
        bucket = self.blobs.buckets.find(BUCKET)
        return self.blobs.expiry.run(
            ExpiryRun(bucket, rules, days or Days(), milliseconds(self.now), goes_on)
        )


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.blobs.close()


@pytest.fixture
def versioned(shelf):
    shelf.blobs.buckets.set_versioning(BUCKET, "Enabled")
    return shelf


def test_an_object_goes_at_the_midnight_after_its_days(shelf):
    shelf.put("a")
    rule = ExpiryRule("r", days=2)
    shelf.now = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert (shelf.look(rule), shelf.current()) == (Removals(), ["a"])
    shelf.now = datetime(2026, 11, 23, tzinfo=UTC)
    assert (shelf.look(rule), shelf.current()) == (Removals(objects=1), [])
    assert shelf.versions() == []


def test_an_object_goes_on_a_date(shelf):
    shelf.put("a")
    rule = ExpiryRule("r", date_ms=milliseconds(datetime(2026, 11, 21, tzinfo=UTC)))
    assert shelf.look(rule) == Removals()
    shelf.now += DAY
    assert shelf.look(rule) == Removals(objects=1)


def test_a_rule_means_only_what_its_filter_says(shelf):
    both = {"line": "4", "kind": "board"}
    shelf.put("in/a", size=10, tags=both)
    shelf.put("in/b", size=10, tags={"line": "4"})
    shelf.put("in/c", size=9, tags=both)
    shelf.put("in/d", size=21, tags=both)
    shelf.put("out/a", size=10, tags=both)
    shelf.now += 9 * DAY
    wanted = RuleFilter("in/", (("kind", "board"), ("line", "4")), larger_than=9, smaller_than=21)
    assert shelf.look(ExpiryRule("r", wanted, days=1)) == Removals(objects=1)
    assert shelf.current() == ["in/b", "in/c", "in/d", "out/a"]


def test_where_versions_are_kept_a_marker_comes_over_the_object(versioned):
    versioned.put("a")
    versioned.now += 9 * DAY
    assert versioned.look(ExpiryRule("r", days=1)) == Removals(objects=1)
    assert versioned.versions() == [("a", "marker"), ("a", 1)]
    # The marker is no object, so the same rule leaves it and what it covers alone.
    versioned.now += 9 * DAY
    assert versioned.look(ExpiryRule("r", days=1)) == Removals()


def test_a_version_goes_by_when_it_was_replaced(versioned):
    for size in (1, 2, 3):
        versioned.put("a", size=size)
        versioned.now += 5 * DAY
    rule = ExpiryRule("r", noncurrent_days=6)
    # The first was replaced ten days ago, the second five.
    assert versioned.look(rule) == Removals(versions=1)
    assert versioned.versions() == [("a", 3), ("a", 2)]
    versioned.now += 90 * DAY
    assert versioned.look(rule) == Removals(versions=1)
    assert versioned.versions() == [("a", 3)]


def test_the_newest_older_versions_may_be_kept(versioned):
    for size in range(1, 8):
        versioned.put("a", size=size)
    versioned.put("b", size=1)
    versioned.now += 9 * DAY
    assert versioned.look(ExpiryRule("r", noncurrent_days=1, kept_noncurrent=2)) == Removals(versions=4)
    assert versioned.versions() == [("a", 7), ("a", 6), ("a", 5), ("b", 1)]


def test_a_marker_goes_when_it_covers_nothing(versioned):
    versioned.put("a")
    versioned.delete("a")
    versioned.put("b")
    versioned.now += 9 * DAY
    rule = ExpiryRule("r", lone_markers=True)
    assert versioned.look(rule) == Removals()
    versioned.blobs.objects.delete_version(
        BUCKET, "a", versioned.blobs.listing.versions(BUCKET, most=9).blobs[1].version
    )
    assert versioned.look(rule) == Removals(markers=1)
    assert versioned.versions() == [("b", 1)]


def test_a_marker_that_covers_nothing_goes_after_days_too(versioned):
    versioned.delete("a")
    rule = ExpiryRule("r", days=3)
    assert versioned.look(rule) == Removals()
    versioned.now += 4 * DAY
    assert versioned.look(ExpiryRule("r", RuleFilter(tags=(("a", "b"),)), days=3)) == Removals()
    assert versioned.look(ExpiryRule("r", RuleFilter(smaller_than=9), days=3)) == Removals()
    assert versioned.look(rule) == Removals(markers=1)
    assert versioned.versions() == []


@pytest.mark.parametrize(
    "lock",
    [
        {"legal_hold": "ON"},
        {"retention": {"mode": "GOVERNANCE", "until": "2027-01-01T00:00:00Z"}},
        {"retention": {"mode": "COMPLIANCE", "until": "2027-01-01T00:00:00.000Z"}},
        {"retention": {"mode": "COMPLIANCE", "until": "one day"}},
        {"retention": {"mode": "COMPLIANCE"}},
    ],
)
def test_what_is_locked_stays(versioned, lock):
    versioned.put("a", **lock)
    versioned.put("a", **lock)
    versioned.now += 9 * DAY
    assert versioned.look(ExpiryRule("r", noncurrent_days=1)) == Removals()
    # A marker over it destroys nothing.
    assert versioned.look(ExpiryRule("r", days=1)) == Removals(objects=1)
    assert versioned.versions() == [("a", "marker"), ("a", 1), ("a", 1)]


def test_where_versioning_is_suspended_a_lock_holds_the_object_itself(shelf):
    shelf.put("a", legal_hold="ON")
    shelf.blobs.buckets.set_versioning(BUCKET, "Suspended")
    shelf.now += 9 * DAY
    assert shelf.look(ExpiryRule("r", days=1)) == Removals()
    assert shelf.versions() == [("a", 1)]


def test_a_lock_ends_with_its_time():
    about = About(retention={"mode": "COMPLIANCE", "until": "2026-11-20T10:30:00Z"})
    assert is_held(about, milliseconds(START) - 1)
    assert not is_held(about, milliseconds(START))
    assert not is_held(About(legal_hold="OFF"), 0)


def test_uploads_that_nobody_completes_are_given_up(shelf):
    for key in ("in/a", "out/a"):
        upload = shelf.blobs.uploads.begin(BUCKET, key, upload=key, owner="1", about=About())
    draft = shelf.blobs.draft()
    draft.add(b"part")
    shelf.blobs.uploads.put_part(upload, draft, UploadPart(1, 0, "", checksum=Checksum("CRC32", "AAAAAA==")))
    rule = ExpiryRule("r", RuleFilter("in/"), upload_days=2)
    shelf.now += 2 * DAY
    assert shelf.look(rule) == Removals()
    shelf.now += DAY
    assert shelf.look(ExpiryRule("r", RuleFilter("in/", larger_than=0), upload_days=2)) == Removals()
    assert shelf.look(rule) == Removals(uploads=1)
    uploads, _, _ = shelf.blobs.listing.uploads(shelf.blobs.buckets.find(BUCKET), most=9)
    assert [upload.key for upload in uploads] == ["out/a"]


def test_a_look_goes_through_more_keys_than_a_page_has(versioned):
    count = PAGE + 7
    for number in range(count):
        versioned.put(f"{number:04}")
    versioned.put("0000", size=2)
    versioned.now += 9 * DAY
    pages = []
    removals = versioned.look(ExpiryRule("r", days=1), goes_on=lambda: not pages.append(1))
    assert removals == Removals(objects=count)
    assert len(pages) == 2
    assert versioned.current() == []


def test_a_look_ends_when_it_is_told_to(shelf):
    shelf.put("a")
    shelf.now += 9 * DAY
    assert shelf.look(ExpiryRule("r", days=1), goes_on=lambda: False) == Removals()
    assert shelf.current() == ["a"]


def test_what_changed_after_the_page_was_read_is_judged_anew(versioned):
    """Each change is made when the look asks whether to go on: after it began, before it removes."""
    rule = ExpiryRule("r", RuleFilter(tags=(("old", "yes"),)), days=1)

    def changes(change):
        versioned.now = START
        blob = versioned.put("a", tags={"old": "yes"})
        versioned.now += 9 * DAY
        original = versioned.blobs.expiry._remove

        def remove(look, row, removals):
            change(blob)
            original(look, row, removals)

        versioned.blobs.expiry._remove = remove
        try:
            return versioned.look(rule)
        finally:
            versioned.blobs.expiry._remove = original

    assert changes(lambda blob: None) == Removals(objects=1)
    assert changes(lambda blob: versioned.put("a", tags={"old": "yes"})) == Removals()
    untag = lambda blob: versioned.blobs.objects.change(blob, lambda about: About())  # noqa: E731
    assert changes(untag) == Removals()
    assert (
        changes(lambda blob: versioned.blobs.buckets.put_document(BUCKET, DOCUMENT, b"others")) == Removals()
    )
    versioned.blobs.buckets.put_document(BUCKET, DOCUMENT, b"rules")
    assert changes(lambda blob: versioned.blobs.buckets.delete_documents(BUCKET, [DOCUMENT])) == Removals()


def test_a_short_day_is_not_rounded(shelf):
    shelf.put("a")
    shelf.now += timedelta(seconds=19)
    assert shelf.look(ExpiryRule("r", days=2), days=Days(10)) == Removals()
    shelf.now += timedelta(seconds=1)
    assert shelf.look(ExpiryRule("r", days=2), days=Days(10)) == Removals(objects=1)


@given(st.integers(0, 4 * 10**12), st.integers(1, 40_000))
def test_a_day_ends_at_the_midnight_that_follows(moment_ms, days):
    due = Days().after(moment_ms, days)
    assert due % (DAY_S * 1000) == 0
    assert 0 < due - (moment_ms + days * DAY_S * 1000) <= DAY_S * 1000
