"""Listings against a plain model of what S3 lists, page by page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.store.blobs.folder import FolderBlobs

KEYS = [
    "a",
    "a/",
    "a/b",
    "a/b/c",
    "a/bc",
    "a0",
    "b/x",
    "b/y",
    "ba",
    "boo/bar/1",
    "boo/baz",
    "c",
    "é/1",
    "😀",
    "zz/",
]


@pytest.fixture(scope="module")
def blobs(tmp_path_factory):
    store = FolderBlobs(tmp_path_factory.mktemp("list"))
    store.make_bucket("farm", account="0")
    store.make_bucket("other", account="0")
    store.buckets.set_versioning("farm", "Enabled")
    for key in KEYS:
        store.put("farm", key, b"1")
        store.put("other", key + "!", b"1")
    store.put("farm", "b/x", b"2")
    store.put("farm", "gone/1", b"1")
    store.delete("farm", "gone/1")
    yield store
    store.close()


def model(prefix, delimiter):
    """Every entry of the listing, in order: (text, is it a prefix)."""
    seen = []
    for key in sorted(KEYS, key=str.encode):
        if not key.startswith(prefix):
            continue
        at = key.find(delimiter, len(prefix)) if delimiter else -1
        entry = (key[: at + len(delimiter)], True) if at >= 0 else (key, False)
        if entry not in seen:
            seen.append(entry)
    return seen


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["", "a", "a/", "b", "boo/ba", "nothing", "é", "z"]),
    st.sampled_from(["", "/", "a", "o/", "b/"]),
    st.integers(1, 20),
)
def test_pages_together_are_the_whole_listing(blobs, prefix, delimiter, most):
    entries, after = [], None
    while True:
        page = blobs.listing.objects("farm", prefix=prefix, delimiter=delimiter, after=after, most=most)
        assert len(page.blobs) + len(page.prefixes) <= most
        mixed = [(b.key, False) for b in page.blobs] + [(p, True) for p in page.prefixes]
        entries += sorted(mixed, key=lambda entry: entry[0].encode())
        after = page.after
        if after is None:
            break
        assert len(mixed) == most
    assert entries == model(prefix, delimiter)


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_versions_come_newest_first_and_pages_join(blobs, most):
    entries, after = [], None
    while True:
        page = blobs.listing.versions("farm", prefix="b/", after=after, most=most)
        entries += [(b.key, b.latest) for b in page.blobs]
        after = page.after
        if after is None:
            break
    assert entries == [("b/x", True), ("b/x", False), ("b/y", True)]


def test_a_start_that_is_no_key_is_a_place_in_the_order(blobs):
    page = blobs.listing.objects("farm", after=("b", ""), most=3)
    assert [b.key for b in page.blobs] == ["b/x", "b/y", "ba"]


def test_nothing_is_asked_for_and_nothing_given(blobs):
    assert blobs.listing.objects("farm", most=0).blobs == []
