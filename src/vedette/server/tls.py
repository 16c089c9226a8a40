"""A certificate of our own for `--tls self`: made once, kept in the data folder."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vedette.clock import Clock

# Browsers and Apple's clients refuse a server certificate that lives longer than 825 days.
LIFETIME = timedelta(days=820)
# Named already, or no name at all.
KNOWN_NAMES = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", ""}  # noqa: S104  (nothing is bound here)


def own_certificate(folder: Path, *, names: Iterable[str], clock: Clock) -> tuple[Path, Path]:
    """Return the certificate's and the key's files.

    They are made now if there are none, if they are about to end, or if one of the server's names is not in
    them: a client that trusts the file still refuses a server under another name.
    """
    certificate, key = folder / "self.crt", folder / "self.key"
    wanted = [_name(name) for name in sorted(set(names) - KNOWN_NAMES)]
    if not (certificate.exists() and key.exists()) or not _serves(certificate, wanted, clock):
        folder.mkdir(parents=True, exist_ok=True)
        _make(certificate, key, names=[*_usual_names(), *wanted], clock=clock)
    return certificate, key


def addresses_of(name: str) -> set[str]:
    """Return the addresses that this machine looks up for a name; none where there are none."""
    try:
        return {str(facts[4][0]) for facts in socket.getaddrinfo(name, None)}
    except OSError:
        return set()


def name_within(certificate: Path, host: str, look_up: Callable[[str], set[str]] = addresses_of) -> str:
    """Return by which name programs of this machine find a server with a certificate.

    That is its host where the certificate has it, else a name that leads to its host's address, or at least
    to this machine: the first name of many certificates is a company's, and its address another server's.
    Where none does, the first that can be looked up: it may lead here by way of a proxy. The host again where
    there is none, with which clients then refuse the certificate.
    """
    names = x509.load_pem_x509_certificate(certificate.read_bytes())
    try:
        known = names.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return host
    if _name(host) in known:
        return host
    looked_up = {str(name): look_up(name) for name in known.get_values_for_type(x509.DNSName)}
    own = look_up(host)
    for leads_here in (own.intersection, lambda addresses: any(map(_is_here, addresses)), bool):
        for name, addresses in looked_up.items():
            if leads_here(addresses):
                return name
    return host


def _is_here(address: str) -> bool:
    """Say whether an address is one of this machine's: only such a one can be listened at."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _serves(certificate: Path, names: Iterable[x509.GeneralName], clock: Clock) -> bool:
    """Say whether a certificate lasts a while and has these names."""
    existing = x509.load_pem_x509_certificate(certificate.read_bytes())
    if existing.not_valid_after_utc - clock() < timedelta(days=14):
        return False
    return set(names) <= set(existing.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)


def _usual_names() -> list[x509.GeneralName]:
    names = [_name(name) for name in ("localhost", "*.localhost", "127.0.0.1", "::1")]
    machine = socket.gethostname()
    return names if machine in KNOWN_NAMES else [*names, _name(machine)]


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _make(certificate: Path, key: Path, *, names: list[x509.GeneralName], clock: Clock) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vedette on this machine")])
    now = clock()
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        # A certificate authority for itself alone, so that a client can be told to trust just this file.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
