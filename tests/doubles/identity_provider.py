"""An OpenID provider that follows the published flow, and can be told to lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT = "vedette"


@dataclass
class IdentityProvider:
    """One provider: its keys, the codes that it gave out, and what its tokens say."""

    issuer: str = ""
    secret: str = "the client's secret"
    kid: str = "first"
    key: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    # Of the person who signs in next.
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "007", "email": "kim@example.com"})
    # Laid over what a token of the flow says; a value of None leaves the claim out.
    lies: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    is_away: bool = False
    asked: list[str] = field(default_factory=list)

    def authorize(self, location: str) -> dict[str, str]:
        """Sign the person in as the browser comes with this address; return what it goes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def token(self, nonce: str, **header: Any) -> str:
        """Return an ID token."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims |= self.claims | self.lies
        content = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(content, self.key, "RS256", {"kid": self.kid, **header})

    def public(self) -> dict[str, Any]:
        """Return the key set."""
        key = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self.kid, "use": "sig"}]}

    def rotate(self) -> None:
        """Sign by another key from now on."""
        self.key, self.kid = rsa.generate_private_key(65537, 2048), secrets.token_hex(4)

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Return what the provider says to a request of a client."""
        self.asked.append(path)
        if self.is_away:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        if path == "/keys":
            return 200, self.public()
        return self._exchange(form, authorization)

    def _exchange(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if pair != f"{CLIENT}:{self.secret.replace(' ', '%20').replace(chr(39), '%27')}":
            return 401, {"error": "invalid_client"}
        query = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            query is None
            or query["redirect_uri"] != form["redirect_uri"]
            or query["code_challenge"] != challenge
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "access_token": "x", "id_token": self.token(query["nonce"])}


@contextmanager
def running_provider() -> Iterator[IdentityProvider]:
    """Yield a provider that answers on a port of its own."""
    provider = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/authorize?"):
                self._lead_back()
            else:
                self._answer({})

        def _lead_back(self) -> None:
            back = provider.authorize(self.path)
            (address,) = parse_qs(urlsplit(self.path).query)["redirect_uri"]
            self.send_response(302)
            self.send_header("location", f"{address}?{urlencode(back)}")
            self.send_header("content-length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            status, document = provider.answer(self.path, form, self.headers.get("authorization", ""))
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
