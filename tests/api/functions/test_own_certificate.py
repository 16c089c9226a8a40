"""A server with a certificate of somebody's own authority, which its functions trust as they are."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from doubles.function_servers import TRUST, make
from doubles.servers import start_server, stop_server
from vedette.clock import system_clock
from vedette.functions.confine import find_confinement
from vedette.server.tls import name_within

# Asks by boto3, by Python's own client, and under a name that the certificate does not have.
SOURCE = """
import os, ssl, urllib.request, boto3

def handle(event, context):
    tag = boto3.client("s3").put_object(Bucket="sorted", Key="a", Body=b"")["ETag"]
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/healthz") as answer:
        status = answer.status
    roots = ssl.create_default_context().cert_store_stats()["x509_ca"]
    try:
        urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"].replace("localhost", "127.0.0.1"))
        stranger = "trusted"
    except OSError as error:
        stranger = str(error)
    with open(os.environ["AWS_CA_BUNDLE"]) as file:
        trusted = file.read()
    return [tag, status, roots > 10, stranger, "PRIVATE" in trusted]
"""


def signed(folder, name, issuer=None, *names):
    """Write a certificate and its key; return them, and the files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now, signer = system_clock(), issuer or (None, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer[0].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(entry) for entry in names])
        builder = builder.add_extension(alternatives, critical=False)
    certificate = builder.sign(signer[1], hashes.SHA256())
    files = folder / f"{name}.crt", folder / f"{name}.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return (certificate, key), files


@pytest.mark.skipif(not find_confinement().is_close, reason="nothing here shuts a process in")
@pytest.mark.timeout(300)
def test_functions_trust_a_certificate_of_an_authority_that_nobody_knows(tmp_path):
    authority, files = signed(tmp_path, "authority")
    # The certificate alone, without the one that signed it, and under a name, not an address.
    _, (certificate, key) = signed(tmp_path, "server", authority, "nowhere.invalid", "localhost")
    # Many keep both in one file.
    certificate.write_bytes(key.read_bytes() + certificate.read_bytes())
    words = ("--tls-cert", str(certificate), "--tls-key", str(key))
    server = start_server(tmp_path / "data", *words, VEDETTE_FUNCTIONS="confined")
    try:
        (server.data / "tls").mkdir(exist_ok=True)
        (server.data / "tls" / "self.crt").write_bytes(files[0].read_bytes())
        named = replace(server, address=server.address.replace("127.0.0.1", "localhost"))
        iam = named.client("iam")
        iam.create_role(RoleName="sorting", AssumeRolePolicyDocument=json.dumps(TRUST))
        statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="sorting", PolicyName="may", PolicyDocument=document)
        named.client("s3").create_bucket(Bucket="sorted")
        make(named, "asking", SOURCE)
        answer = json.loads(named.client("lambda").invoke(FunctionName="asking")["Payload"].read())
        assert isinstance(answer, list), answer
        assert answer[:3] == ['"d41d8cd98f00b204e9800998ecf8427e"', 200, True]
        assert "CERTIFICATE_VERIFY_FAILED" in answer[3]
        assert answer[4] is False
    finally:
        stop_server(server)


def test_a_server_is_found_under_a_name_that_its_certificate_has(tmp_path):
    for names, host, expected in (
        (("localhost",), "localhost", "localhost"),
        (("nowhere.invalid", "localhost"), "127.0.0.1", "localhost"),
        (("nowhere.invalid",), "127.0.0.1", "127.0.0.1"),
        ((), "127.0.0.1", "127.0.0.1"),
    ):
        _, (certificate, _) = signed(tmp_path, "server", None, *names)
        assert name_within(certificate, host) == expected, names


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        # The company's first name is another server's, to which no request with a function's token may go.
        ({"company.test": "203.0.113.7", "line.test": "127.0.0.1"}, "line.test"),
        ({"company.test": "203.0.113.7", "line.test": "127.0.0.7"}, "line.test"),
        ({"other.test": "127.0.0.7", "line.test": "127.0.0.1"}, "line.test"),
        # By way of a proxy, as it was.
        ({"nowhere.test": "", "company.test": "203.0.113.7"}, "company.test"),
        ({"nowhere.test": ""}, "127.0.0.1"),
    ],
)
def test_the_first_name_of_a_certificate_may_be_another_server_s(tmp_path, addresses, expected):
    _, (certificate, _) = signed(tmp_path, "server", None, *addresses)
    book = addresses | {"127.0.0.1": "127.0.0.1"}
    assert name_within(certificate, "127.0.0.1", lambda name: {book[name]} - {""}) == expected
