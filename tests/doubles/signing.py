"""Requests signed by botocore, the oracle, and handed over as the server would hand them over."""

from urllib.parse import urlsplit

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from vedette.wire.http import Headers, Request

KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOST = "127.0.0.1:8080"

HEADER_SIGNERS = {"s3": auth.S3SigV4Auth}
LINK_SIGNERS = {"s3": auth.S3SigV4QueryAuth}


def draft(method="GET", path="/", *, query="", headers=None, body=b"", scheme="http"):
    url = f"{scheme}://{HOST}{path}" + (f"?{query}" if query else "")
    return AWSRequest(method=method, url=url, headers=headers or {}, data=body)


def credentials(token=None):
    return Credentials(KEY_ID, SECRET, token)


def signed_in_header(request, *, service="s3", region="us-east-1", token=None):
    signer = HEADER_SIGNERS.get(service, auth.SigV4Auth)
    signer(credentials(token), service, region).add_auth(request)
    return received(request)


def signed_link(request, *, service="s3", region="us-east-1", token=None, expires=3600):
    signer = LINK_SIGNERS.get(service, auth.SigV4QueryAuth)
    signer(credentials(token), service, region, expires=expires).add_auth(request)
    return received(request)


def signed_v2_header(request, *, token=None):
    auth.HmacV1Auth(credentials(token)).add_auth(request)
    return received(request)


def signed_v2_link(request, *, token=None, expires=3600):
    auth.HmacV1QueryAuth(credentials(token), expires=expires).add_auth(request)
    return received(request)


def received(request):
    """Return the request as the server's edge reads it: raw text, Latin-1, the host filled in."""
    parts = urlsplit(request.url)
    fields = [("host", parts.netloc)]
    fields += [(name, as_text(value)) for name, value in request.headers.items()]
    return Request(
        method=request.method,
        raw_path=as_text(parts.path),
        raw_query=as_text(parts.query),
        headers=Headers(fields),
        body=request.body or b"",
        scheme=parts.scheme,
    )


def as_text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else str(value).encode().decode("latin-1")


def changed(request, **parts):
    """Return a copy of the request with some parts replaced."""
    fields = {name: getattr(request, name) for name in Request.__slots__} | parts
    return Request(**fields)


def with_header(request, name, value):
    """Return a copy of the request with one header replaced, added, or (None) taken away."""
    retained = [(key, text) for key, text in request.headers if key != name]
    return changed(request, headers=Headers(retained if value is None else [*retained, (name, value)]))
