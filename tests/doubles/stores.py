"""Stores of buckets that hold something of everything, and all that a store says of itself."""

import hashlib
import random
from dataclasses import replace

from vedette.store.blobs.values import About, Checksum, UploadPart

ODD_KEYS = [
    "plain.jpg", "ü/漢字 🙂.png", "..", "../up", "a//b", "a/", "/", "nul", "CON.txt", "50%.png", "%2F",
    "/".join("a" * 512), "/".join(str(n) for n in range(30)), "x" * 900, "é" * 500, "tab\tnew\nline",
    "a.b.c.jpeg", "ends.", "ends ", "0123456789ab", "v.0123456789ab.jpg", "~", "%journal", "q?*<>|",
]  # fmt: skip


def said(store):
    """Return all that a store says of its buckets, objects and uploads, with their bytes."""
    account = {}
    for bucket in store.buckets.owned("000000000000") + store.buckets.owned("111111111111"):
        rows, after = [], None
        while True:
            page = store.listing.versions(bucket.name, after=after, most=500)
            rows += [
                (replace(blob, seq=0), b"" if blob.marker else store.path_of(blob).read_bytes())
                for blob in page.blobs
            ]
            after = page.after
            if after is None:
                break
        uploads, _, _ = store.listing.uploads(bucket, most=1000)
        parts = [
            [(part, (store.root / part.path).read_bytes()) for part in store.uploads.parts(u)]
            for u in uploads
        ]
        account[bucket.name] = (store.buckets.find(bucket.name), rows, uploads, parts)
    return account


def put(store, bucket, key, body, **about):
    draft = store.draft()
    draft.add(body)
    return store.objects.put(bucket, key, draft, owner="000000000000", about=About(**about))


def upload(store, bucket, key, name, *, ends):
    upload = store.uploads.begin(
        bucket, key, upload=name, owner="000000000000", about=About(content_type="a/b")
    )
    for number in (1, 2, 2):
        draft = store.draft()
        draft.add(b"%d" % number * 10)
        store.uploads.put_part(
            upload, draft, UploadPart(number, 0, "", checksum=Checksum("CRC32", "AAAAAA=="))
        )
    if ends:
        parts = store.uploads.parts(upload)
        about = About(parts=tuple(parts), checksum=Checksum("CRC32", "AA==-2", "COMPOSITE"))
        store.uploads.complete(upload, parts, store.draft(), etag=etag_of(parts), about=about)


def etag_of(parts):
    return f"{hashlib.md5(b''.join(bytes.fromhex(part.etag) for part in parts)).hexdigest()}-{len(parts)}"


def furnish(store, count=60):
    """Make buckets of every kind, with versions, markers, tags, locks, grants, uploads and odd keys."""
    chance = random.Random(7)
    for bucket, account in (("farm", "000000000000"), ("kept", "000000000000"), ("else", "111111111111")):
        store.make_bucket(bucket, account=account, region="eu-west-1")
    store.buckets.create("locks", account="000000000000", region="us-east-1", locked=True)
    store.buckets.set_versioning("kept", "Enabled")
    store.buckets.put_document("farm", "policy", b'{"Statement": []}')
    store.buckets.put_document("farm", "cors", b"\x00\xff")
    store.buckets.put_document("farm", "gone", b"1")
    store.buckets.delete_documents("farm", ["gone"])
    for key in ODD_KEYS:
        put(
            store,
            "farm" if key == "plain.jpg" else chance.choice(["farm", "kept"]),
            key,
            key.encode()[:99],
            metadata={"k": key[:20]},
        )
    for n in range(count):
        bucket = chance.choice(["farm", "kept", "kept", "else"])
        key = f"scans/{chance.randrange(count // 2)}.jpg"
        if chance.random() < 0.15:
            store.delete(bucket, key)
        else:
            blob = put(store, bucket, key, b"%d" % n, tags={"n": str(n)}, storage_class="STANDARD")
            if chance.random() < 0.2:
                store.objects.change(blob, lambda about: replace(about, tags={"now": "ü"}, acl=[]))
    put(
        store, "locks", "held", b"1", retention={"mode": "COMPLIANCE", "until": "2030-01-01"}, legal_hold="ON"
    )
    store.buckets.set_versioning("kept", "Suspended")
    put(store, "kept", "scans/0.jpg", b"null again")
    store.delete("kept", "scans/1.jpg")
    page = store.listing.versions("kept", most=1000)
    store.objects.delete_version("kept", page.blobs[3].key, page.blobs[3].version)
    upload(store, "farm", "big", "ended", ends=True)
    upload(store, "kept", "half", "open", ends=False)
