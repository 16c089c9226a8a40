"""What a bucket is set to is parsed when it changes, and not for every request."""

import asyncio
import json

import pytest

from doubles.houses import HERE, NOON, a_caller
from vedette.api.s3 import call as calls
from vedette.api.s3 import lifecycle_rules
from vedette.api.s3 import policy as policies
from vedette.api.s3.call import Call
from vedette.api.s3.cors import cors_headers
from vedette.api.s3.objects import put_object
from vedette.store.blobs.folder import FolderBlobs
from vedette.wire.http import Headers, Request

SETTINGS = {
    "policy": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::plant/*",
            },
        }
    ).encode(),
    "encryption": b"<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
    b"<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
    "object-lock": b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
    b"<DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>",
    "lifecycle": b"<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Prefix></Prefix>"
    b"<Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>",
    "cors": b"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>"
    b"</CORSRule></CORSConfiguration>",
}


@pytest.fixture
def put(house):
    """Put an object into a bucket with every setting that a PUT obeys; return the answer's headers."""
    store = house.blobs
    assert isinstance(store, FolderBlobs)
    store.buckets.create("plant", account=HERE, region="eu-west-1", locked=True)
    for name, document in SETTINGS.items():
        store.buckets.put_document("plant", name, document)

    def run(key="a"):
        headers = Headers([("content-length", "0"), ("origin", "https://factory.example")])
        request = Request("PUT", f"/plant/{key}", "", headers)
        call = Call(house, a_caller("s3").principal, request, None, "plant", key, {}, NOON)
        response = asyncio.run(put_object(call))
        return dict([*response.headers, *cors_headers(call)])

    return run


@pytest.fixture
def parsed(monkeypatch):
    """The documents that were parsed, as they are parsed."""
    documents = []
    # What another test's bucket was set to is remembered by its text, whichever test comes first.
    for module in (calls, policies, lifecycle_rules):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()

    def watch(module, name, position):
        function = getattr(module, name)

        def watched(*arguments, **options):
            documents.append(arguments[position])
            return function(*arguments, **options)

        monkeypatch.setattr(module, name, watched)

    watch(calls, "from_xml", 1)
    watch(policies, "parse_policy", 0)
    return documents


def test_nothing_is_parsed_for_the_second_object(put, parsed, house):
    parsed.clear()
    first = put("a")
    assert set(SETTINGS.values()) <= set(parsed)
    assert first["x-amz-server-side-encryption"] == "AES256"
    assert first["access-control-allow-origin"] == "*"
    parsed.clear()
    put("other")
    assert parsed == []


def test_a_setting_counts_as_soon_as_it_is_changed(put, parsed, house):
    assert "x-amz-expiration" in put("a")
    later = SETTINGS["encryption"].replace(b"AES256", b"aws:kms")
    house.blobs.buckets.put_document("plant", "encryption", later)
    house.blobs.buckets.delete_documents("plant", ["lifecycle"])
    headers = put("other")
    assert headers["x-amz-server-side-encryption"] == "aws:kms"
    assert "x-amz-expiration" not in headers


def test_a_large_setting_is_not_kept_in_memory(put, parsed, house):
    rule = b"<CORSRule><AllowedOrigin>https://%d.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
    rules = b"".join(rule % number + b"<!-- " + b"x" * 300 + b" -->" for number in range(99))
    cors = SETTINGS["cors"].replace(b"<CORSRule>", rules + b"<CORSRule>")
    assert len(cors) > calls.SMALL_SETTING
    put()  # the other settings are remembered from here on
    house.blobs.buckets.put_document("plant", "cors", cors)
    for _ in range(2):
        parsed.clear()
        assert put()["access-control-allow-origin"] == "*"
        assert parsed == [cors] * len(parsed)
        assert parsed
