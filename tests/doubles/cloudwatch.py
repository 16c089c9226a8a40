"""CloudWatch's clients: boto3's Query, and the two newer protocols as their clients speak them."""

import urllib.error
import urllib.request

import orjson
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from vedette.wire import cbor

PREFIX = "GraniteServiceVersion20100801"


def send_signed(server, path, headers, body, key):
    request = AWSRequest("POST", f"{server.address}{path}", headers, body)
    SigV4Auth(Credentials(*(key or server.key)), "monitoring", "us-east-1").add_auth(request)
    prepared = request.prepare()
    asked = urllib.request.Request(prepared.url, body, dict(prepared.headers), method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, _lower(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, _lower(error.headers), error.read()


def _lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def ask_json(server, operation, request, *, key=None, body=None, **headers):
    """Ask as today's boto3 does; return the status, the headers and what was answered."""
    said = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"{PREFIX}.{operation}",
        "x-amzn-query-mode": "true",
        **headers,
    }
    status, fields, text = send_signed(server, "/", said, body or orjson.dumps(request), key)
    return status, fields, orjson.loads(text)


def ask_cbor(server, operation, request, *, key=None, body=None, **headers):
    """Ask as SDKs do that prefer CBOR."""
    said = {
        "Content-Type": "application/cbor",
        "Accept": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        **headers,
    }
    path = f"/service/{PREFIX}/operation/{operation}"
    status, fields, text = send_signed(server, path, said, cbor.dump(request) if body is None else body, key)
    return status, fields, cbor.load(text) if text else None
