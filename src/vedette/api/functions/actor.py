"""Gives functions their keys: temporary ones of the role that they were made with."""

import time
from collections.abc import Mapping
from datetime import timedelta

from vedette.api.house import House
from vedette.api.service_roles import find_service_role
from vedette.dialects.aws_lambda import access_variables
from vedette.functions.store import Function
from vedette.identity.identity import Identity
from vedette.identity.records import Role
from vedette.settings import Settings

SERVICE = "lambda.amazonaws.com"
LENGTH = timedelta(hours=1)
# How long a server may take from opening its doors to listening.
LISTENING_S = 30.0


class RoleActor:
    """Keeps the promise of `functions.port.FunctionActor`."""

    def __init__(self, house: House) -> None:
        self._house = house

    def authority(self) -> bytes:
        """Return the certificate of `--tls self`; another one is trusted by its own authority."""
        certificate = None if self._house.roll is None else self._house.roll.certificate
        return b"" if certificate is None else certificate.read_bytes()

    def variables(self, function: Function) -> Mapping[str, str]:
        """Return the server's address and keys of the function's role; Denied where it trusts us no more."""
        place, identity = function.place, self._house.identity
        role = find_role(identity, place.account, function.settings.role)
        session, token = identity.sessions.for_service(role, function.name, LENGTH)
        return access_variables(
            endpoint=own_address(self._house),
            region=place.region,
            key=session.key_id,
            secret=session.secret,
            token=token,
        )


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
    address = "" if roll is None else roll.address
    return address or _address_of(house.settings)


def _address_of(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"
