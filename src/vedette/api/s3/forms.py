"""Objects sent by a browser's form: the policy in the form is the signature."""

from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from vedette.api.authentication import require_scope
from vedette.api.s3 import about
from vedette.api.s3.access import authorise_write
from vedette.api.s3.call import Call, read_document
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.objects import write_object, written_headers
from vedette.api.s3.tags import MOST_ON_OBJECT, tags_of_document
from vedette.identity.identity import KeyFault
from vedette.store.blobs.values import Blob, Bucket
from vedette.wire.header_text import as_read
from vedette.wire.http import Headers, Request, Response
from vedette.wire.post_policy import PostForm, read_post, read_post_signature, verify_post
from vedette.wire.rest_xml import escape
from vedette.wire.signed import SignatureFault, SignatureFaultKind

RENAMED = {"acl": "x-amz-acl"}


async def post_object(call: Call) -> Response:
    """PostObject."""
    if not call.header("content-type").lower().startswith("multipart/form-data"):
        raise S3Fault("PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data")
    form = await read_post(call.request)
    bucket = call.owned_bucket()
    _authenticate(call, form)
    filled = replace(call, request=_as_request(call.request, form), body=form.body, key=form.fields["key"])
    filled.loaded_bucket = bucket
    tags = _tags(form)
    authorise_write(filled, bucket, tags)
    description = about.about_of_request(filled, bucket)
    blob = await write_object(filled, bucket, replace(description, tags=tags))
    return _answer(filled, form, bucket, blob)


def _authenticate(call: Call, form: PostForm) -> None:
    """Find who signed the policy and hold the form to it; a form without one is anonymous."""
    signed = read_post_signature(form)
    if signed is None:
        call.principal = None
        return
    require_scope(signed, "s3")
    try:
        principal, secret = call.house.identity.find_key(signed.key_id, signed.token, call.now)
    except KeyFault as fault:
        raise SignatureFault(SignatureFaultKind(fault.kind), "", form=signed.form) from None
    verify_post(form, signed, secret, call.now, bucket=call.bucket)
    call.principal, call.signed = principal, signed


def _as_request(request: Request, form: PostForm) -> Request:
    """Return the request that a PUT of the same object would have been: fields become headers."""
    passed = [
        (name, value)
        for name, value in request.headers
        if name in ("host", "user-agent", "origin", "referer")
    ]
    fields = [(RENAMED.get(name, name), as_read(value)) for name, value in form.fields.items()]
    return replace(request, headers=Headers([*passed, *fields]))


def _tags(form: PostForm) -> dict[str, str]:
    if not form.fields.get("tagging"):
        return {}
    document = read_document("PutObjectTagging", form.fields["tagging"].encode())
    return tags_of_document(document, MOST_ON_OBJECT)


def _answer(call: Call, form: PostForm, bucket: Bucket, blob: Blob) -> Response:
    location = f"{call.request.scheme}://{call.header('host') or 'localhost'}/{bucket.name}/{quote(blob.key)}"
    headers = [*written_headers(bucket, blob), ("location", location)]
    target = form.fields.get("success_action_redirect") or form.fields.get("redirect", "")
    if urlsplit(target).scheme in ("http", "https"):
        return Response(303, [*headers[:-1], ("location", _redirect(target, bucket, blob))])
    status = form.fields.get("success_action_status", "204")
    if status != "201":
        return Response(200 if status == "200" else 204, headers)
    members = {"Location": location, "Bucket": bucket.name, "Key": blob.key, "ETag": f'"{blob.etag}"'}
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{inside}</PostResponse>'
    return Response(201, [*headers, ("content-type", "application/xml")], body.encode())


def _redirect(target: str, bucket: Bucket, blob: Blob) -> str:
    parts = urlsplit(target)
    parameters = urlencode({"bucket": bucket.name, "key": blob.key, "etag": f'"{blob.etag}"'})
    return urlunsplit(parts._replace(query=f"{parts.query}&{parameters}" if parts.query else parameters))
