"""A certificate of our own for `--tls self`: made once, kept in the data folder."""

import ipaddress
import socket
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


def own_certificate(folder: Path, *, host: str, clock: Clock) -> tuple[Path, Path]:
    """Return the certificate's and the key's files, made now if there are none or they are about to end."""
    certificate, key = folder / "self.crt", folder / "self.key"
    if not (certificate.exists() and key.exists()) or _ends_soon(certificate, clock):
        folder.mkdir(parents=True, exist_ok=True)
        _make(certificate, key, names=_names(host), clock=clock)
    return certificate, key


def _ends_soon(certificate: Path, clock: Clock) -> bool:
    end = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    return end - clock() < timedelta(days=14)


def _names(host: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.DNSName("*.localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    for name in {host, socket.gethostname()} - KNOWN_NAMES:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            names.append(x509.DNSName(name))
    return names


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
