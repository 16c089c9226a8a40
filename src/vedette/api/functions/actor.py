"""Gives functions their keys: temporary ones of the role that they were made with."""

import time
from collections.abc import Mapping
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vedette.access.request import environment, via_service
from vedette.api.house import House
from vedette.api.service_roles import find_service_role
from vedette.dialects.aws_lambda import access_variables
from vedette.errors import Denied
from vedette.functions.chains import lengthened
from vedette.functions.store import Function
from vedette.identity.identity import Identity
from vedette.identity.may import Context, may
from vedette.identity.principal import Principal
from vedette.identity.records import Role
from vedette.identity.sessions import TemporaryCredentials
from vedette.settings import Settings
from vedette.store.blobs.events import EventCause, caused_by

SERVICE = "lambda.amazonaws.com"
S3 = "arn:aws:s3:::"
LENGTH = timedelta(hours=1)
# How long a server may take from opening its doors to listening.
LISTENING_S = 30.0


class RoleActor:
    """Keeps the promise of `functions.port.FunctionActor`."""

    def __init__(self, house: House) -> None:
        self._house = house

    def authority(self) -> bytes:
        """Return the certificates that this server serves https with, whoever signed them.

        Their file may hold the key as well, which no function is to read.
        """
        certificate = None if self._house.roll is None else self._house.roll.certificate
        if certificate is None:
            return b""
        parts = x509.load_pem_x509_certificates(certificate.read_bytes())
        return b"".join(part.public_bytes(Encoding.PEM) for part in parts)

    def variables(self, function: Function) -> Mapping[str, str]:
        """Return the server's address and keys of the function's role; Denied where it trusts us no more."""
        session, token = self._session(function)
        return access_variables(
            endpoint=own_address(self._house),
            region=function.place.region,
            key=session.key_id,
            secret=session.secret,
            token=token,
        )

    def may(self, function: Function, action: str, resource: str) -> bool:
        """Say whether a function's role may do something."""
        try:
            caller = self._principal(function)
        except Denied:
            return False
        bucket, _, key = resource.removeprefix(S3).partition("/")
        if resource.startswith(S3):
            return self._house.access.may_write(caller, bucket, key)
        return may(caller, action, resource, self._circumstances(function))

    def put(self, function: Function, target: str, record: tuple[str, bytes], chain: str) -> None:
        """Write an object into a bucket as the function's role may; those who hear of it are in the chain."""
        house, bucket, (key, body) = self._house, target.removeprefix(S3), record
        caller = self._principal(function)
        if not house.access.may_write(caller, bucket, key):
            raise Denied(f"{caller.arn} is not authorized to perform: s3:PutObject on {target}/{key}")
        cause = EventCause("PutObject", "", SERVICE, f"AWS:{caller.user_id}", lengthened(chain, function.id))
        with caused_by(cause):
            house.blobs.put(bucket, key, body, content_type="application/json")

    def _session(self, function: Function) -> tuple[TemporaryCredentials, str]:
        identity, account = self._house.identity, function.place.account
        role = find_role(identity, account, function.settings.role)
        return identity.sessions.for_service(role, function.name, LENGTH)

    def _principal(self, function: Function) -> Principal:
        """Return a function as policies see it, with its role's rights of now."""
        return self._house.identity.current(self._session(function)[0].principal())

    def _circumstances(self, function: Function) -> Context:
        facts = environment(self._house.clock(), secure=True, user_agent=SERVICE)
        return {**facts, **via_service(SERVICE), "aws:requestedregion": function.place.region}


def find_role(identity: Identity, account: str, text: str) -> Role:
    """Return the role of an ARN, which functions may have."""
    sentence = "The role defined for the function cannot be assumed by Lambda."
    return find_service_role(identity, account, text, service=SERVICE, sentence=sentence)


def own_address(house: House) -> str:
    """Return where this server answers, for programs of this machine.

    A port that the system chooses is known when the server listens; events of before its start come sooner.
    """
    roll, chosen_later = house.roll, house.settings.port == 0
    deadline = time.monotonic() + LISTENING_S
    while chosen_later and roll is not None and not roll.address and time.monotonic() < deadline:
        time.sleep(0.02)
    address = "" if roll is None else roll.inner_address or roll.address
    return address or _address_of(house.settings)


def _address_of(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"
