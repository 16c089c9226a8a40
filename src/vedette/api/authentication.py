"""Who signed a request: the key's holder, held to the signature. What it may do is asked elsewhere."""

from vedette.api.door import Visit
from vedette.identity.identity import KeyFault
from vedette.wire.clockskew import check_time
from vedette.wire.signed import SignatureClaim, SignatureFault, SignatureFaultKind
from vedette.wire.sigv4 import verify


async def find_account(visit: Visit, service: str, *, is_large: bool) -> str:
    """Return the account of who claims to sign, before the body is read; refuse a claim that cannot hold.

    Nothing is proved yet. Where the body is small, reading it costs less than looking the key up twice.
    """
    signed = _require_signature(visit, service)
    if not is_large:
        return ""
    house, now = visit.house, visit.house.clock()
    look_up = house.identity.find_key
    try:
        if house.identity.remembers(signed.key_id, signed.token):
            principal, _ = look_up(signed.key_id, signed.token, now)
        else:
            principal, _ = await visit.in_thread(look_up, signed.key_id, signed.token, now)
    except KeyFault as fault:
        raise SignatureFault(SignatureFaultKind(fault.kind), "", form=signed.form) from None
    check_time(signed, now)
    return principal.account


def authenticate(visit: Visit, service: str, bucket: str = "") -> str:
    """Find the key's holder, hold the signature to it, and return the secret."""
    signed = _require_signature(visit, service)
    now = visit.house.clock()
    try:
        principal, secret = visit.house.identity.find_key(signed.key_id, signed.token, now)
    except KeyFault as fault:
        raise SignatureFault(SignatureFaultKind(fault.kind), "", form=signed.form) from None
    verify(signed, visit.request, secret, now, bucket=bucket)
    visit.principal = principal
    visit.house.identity.uses.note(signed.key_id, signed.service, signed.region, now)
    return secret


def _require_signature(visit: Visit, service: str) -> SignatureClaim:
    """Return the signature, if there is one and it is for this service."""
    signed = visit.signed
    if signed is None:
        raise SignatureFault(SignatureFaultKind.MISSING, "")
    require_scope(signed, service)
    return signed


def require_scope(signed: SignatureClaim, service: str) -> None:
    """Refuse a signature for another service: the key that signed it may be known to that one alone."""
    if signed.service != service:
        sentence = f"Credential should be scoped to correct service: '{service}'."
        raise SignatureFault(SignatureFaultKind.MALFORMED, sentence, form=signed.form)
