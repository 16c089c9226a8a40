"""What `vedette doctor --security` finds, and which ciphers our own TLS speaks."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from doubles.servers import start_server, stop_server
from vedette.audit.trails import Trail, Trails, TrailState
from vedette.functions.confine import Confinement
from vedette.server import security
from vedette.server.security import examine_security, is_loopback
from vedette.settings import Settings

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def found(settings, clock=lambda: NOW):
    return {check.subject: (check.verdict, check.sentence) for check in examine_security(settings, clock)}


def test_what_is_weak_is_named(tmp_path):
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    data.chmod(0o755)
    key = data / "keys" / "installation.key"
    key.write_text("x")
    key.chmod(0o644)
    actions = tmp_path / "actions.toml"
    actions.write_text("")
    actions.chmod(0o666)
    settings = Settings(
        data=data, host="0.0.0.0", audit="no", alarm_actions=actions,
        s3_endpoint="http://s3.plant.example:9000", metrics_token="short",
    )  # fmt: skip
    checks = found(settings)
    bad = {subject for subject, (verdict, _) in checks.items() if verdict == "bad"}
    assert bad == {"listening", "files", "audit", "alarm actions", "S3", "metrics"}
    assert str(key) in checks["files"][1]
    (data / "server.lock").write_text("https://plant.example:8443\n")
    assert found(settings)["listening"][0] == "good"


def test_what_is_closed_is_good(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    settings = Settings(
        data=data, second_factor="required", master_key="0" * 64, s3_endpoint="http://127.0.0.1:9000"
    )
    checks = found(settings)
    assert {subject for subject, (verdict, _) in checks.items() if verdict == "bad"} == set()
    assert {checks[subject][0] for subject in ("listening", "files", "master key", "sign-in", "S3")} == {
        "good"
    }


def test_a_trail_that_is_not_delivered_is_told(tmp_path):
    trails = Trails(tmp_path)
    trail = trails.make(Trail("111111111111", "us-east-1", "plant", "logs", is_on=True))
    assert found(Settings(data=tmp_path))["trails"][0] == "good"
    trails.keep(trail, TrailState(problem="This account has no bucket logs.", problem_ms=1))
    verdict, sentence = found(Settings(data=tmp_path))["trails"]
    assert (verdict, "plant of 111111111111: This account has no bucket logs." in sentence) == ("bad", True)
    trails.keep(trail, TrailState(missed=7))
    assert found(Settings(data=tmp_path))["trails"] == (
        "bad", "7 events were removed before they were delivered (VEDETTE_AUDIT_DAYS)",
    )  # fmt: skip


@pytest.fixture
def lone(tmp_path):
    """A server whose keys are of this test alone: the sentence names a few of many."""
    server = start_server(tmp_path / "data")
    yield server
    stop_server(server)


def test_keys_that_nobody_uses_are_named(lone):
    server = lone
    server.client("sts").get_caller_identity()
    server.vedette("user", "create", "seldom-seen")
    server.vedette("key", "create", "--user", "seldom-seen")
    settings = Settings(data=server.data)
    later = datetime.now(UTC) + timedelta(days=100)  # noqa: TID251  (keys are dated by the server's clock)
    verdict, sentence = found(settings, lambda: later)["access keys"]
    assert (verdict, "seldom-seen" in sentence) == ("note", True)
    assert "seldom-seen" in server.vedette("user", "list")


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("plant", False),
        ("", False),
    ],
)
def test_what_is_of_this_machine_alone(host, is_own):
    assert is_loopback(host) is is_own


def shaken(server, version, ciphers):
    where = urlsplit(server.address)
    context = ssl.create_default_context(cafile=str(server.data / "tls" / "self.crt"))
    context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    with (
        socket.create_connection((where.hostname, where.port), timeout=10) as line,
        context.wrap_socket(line, server_hostname=where.hostname) as tls,
    ):
        return tls.cipher()[0]


def test_our_own_tls_is_mozilla_s_intermediate(tls_server):
    assert shaken(tls_server, ssl.TLSVersion.TLSv1_3, "").startswith("TLS_")
    assert shaken(tls_server, ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM").startswith("ECDHE-ECDSA-AES")
    for weak in ("ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0", "ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0"):
        with pytest.raises(ssl.SSLError):
            shaken(tls_server, ssl.TLSVersion.TLSv1_2, weak)


def test_a_master_key_in_a_token_that_is_not_there_is_bad(tmp_path):
    library = tmp_path / "hsm.so"
    for text, reason in (
        (f"pkcs11:token=plant;object=master?module-path={library}&pin-value=1234", "which is away"),
        ("pkcs11:token=plant;slot-id=1;object=master?module-path=/h.so&pin-value=1234", "not understood"),
    ):
        verdict, sentence = found(Settings(data=tmp_path, master_key=text))["master key"]
        assert (verdict, reason in sentence, "1234" in sentence) == ("bad", True, False)


@pytest.mark.parametrize(
    ("setting", "has_gate", "verdict", "part"),
    [
        ("no", False, "good", "off"),
        ("confined", True, "note", "a gate for connections; the rest of the network is open"),
        ("confined", False, "bad", "may ask this machine's cloud for its keys"),
        ("trusted", True, "note", "may ask this machine's cloud for its keys"),
    ],
)
def test_what_functions_reach_is_told(tmp_path, monkeypatch, setting, has_gate, verdict, part):
    confinement = Confinement(has_own_user=True, landlock=7, has_gate=has_gate)
    monkeypatch.setattr(security, "find_confinement", lambda: confinement)
    check = found(Settings(data=tmp_path, functions=setting))["functions"]
    assert check[0] == verdict
    assert part in check[1]
