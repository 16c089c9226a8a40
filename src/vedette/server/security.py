"""What of an installation is open, weak or as it came: `vedette doctor --security`. Nothing is changed."""

import ipaddress
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from vedette.audit.trails import Trails
from vedette.clock import Clock, system_clock
from vedette.encryption.tokens import SCHEME, find_token, read_token_address
from vedette.errors import Refusal, Wrong
from vedette.functions.confine import find_confinement
from vedette.monitoring.actions import read_actions, uncalled_topics
from vedette.server.audit_targets import examine_targets
from vedette.server.health import HealthCheck, Verdict
from vedette.server.holding import LOCK
from vedette.server.installation import Installation, open_installation
from vedette.settings import Settings

# Who reads one of these can be anybody, or sign anything.
SECRET = ("keys", "credentials.json", "vedette.db", "tls/self.key")
CLOUD_PAGE = "docs/how-to/run-a-function.md"
LONG_AGO = timedelta(days=90)
LONG_AGO_SAID = "90 days"


def examine_security(settings: Settings, clock: Clock = system_clock) -> Iterator[HealthCheck]:
    """Yield what is to be said, what does not need the database first."""
    checks: tuple[Callable[[], HealthCheck], ...] = (
        lambda: _listening(settings),
        lambda: _files(settings.data),
        lambda: _master_key(settings),
        lambda: _audit(settings),
        lambda: _deliveries(settings.data),
        lambda: _sign_in(settings),
        lambda: _metrics(settings),
        lambda: _alarm_actions(settings.alarm_actions),
        lambda: _other_s3(settings),
        lambda: _functions(settings),
    )
    for check in checks:
        try:
            yield check()
        except OSError as error:
            yield HealthCheck("files", "bad", f"what was to be examined cannot be read: {error}")
    yield from examine_targets(settings, clock)
    try:
        with open_installation(settings) as installation:
            yield from _keys(installation, clock)
    except Refusal as refusal:
        yield HealthCheck("access keys", "note", refusal.sentence)


def _listening(settings: Settings) -> HealthCheck:
    if is_loopback(settings.host):
        return HealthCheck("listening", "good", f"on {settings.host}: this machine alone reaches the server")
    address = _last_address(settings.data)
    if address.startswith("https://"):
        return HealthCheck("listening", "good", f"on {settings.host} by TLS, last at {address}")
    if settings.trusted_proxies:
        sentence = f"on {settings.host}, behind proxies: see that nobody else reaches the port"
        return HealthCheck("listening", "note", sentence)
    sentence = (
        f"on {settings.host}: others reach it. Requests are signed and not encrypted unless `vedette serve` "
        "has --tls-cert and --tls-key (or --tls self), or a proxy ends TLS (docs/how-to/serve-to-others.md)"
    )
    return HealthCheck("listening", "bad", sentence)


def _last_address(data: Path) -> str:
    """Return where the last server answered, which its lock says; nothing where there was none."""
    with suppress(FileNotFoundError):
        return (data / LOCK).read_text("utf-8").strip()
    return ""


def is_loopback(host: str) -> bool:
    """Say whether an address is of this machine alone."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _files(data: Path) -> HealthCheck:
    """Name files that hold secrets and that others may read or write."""
    files = [data, *(data / name for name in SECRET), *(data / "keys").glob("*")]
    others = stat.S_IRWXG | stat.S_IRWXO
    loose = [file for file in files if file.exists() and file.stat().st_mode & others]
    if data in loose and data.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH) == 0:
        loose.remove(data)  # nobody comes in, whatever else it says
    if loose:
        names = ", ".join(str(file) for file in loose[:5])
        return HealthCheck("files", "bad", f"others on this machine may use {names}: chmod -R go= {data}")
    return HealthCheck("files", "good", f"keys and the database in {data} are of their owner alone")


def _master_key(settings: Settings) -> HealthCheck:
    if settings.master_key.get_secret_value().startswith(SCHEME):
        return _token(settings)
    if settings.master_kms_endpoint:
        return HealthCheck("master key", "good", f"in the KMS at {settings.master_kms_endpoint}")
    if settings.master_key.get_secret_value():
        return HealthCheck("master key", "good", "from outside the data folder (VEDETTE_MASTER_KEY)")
    sentence = "the installation's key, beside the data: whoever copies the whole folder can open it"
    return HealthCheck("master key", "note", f"{sentence} (docs/how-to/own-keys.md)")


def _token(settings: Settings) -> HealthCheck:
    """Say whether the token is there. Its PIN is not shown: a token locks itself after a few wrong ones."""
    try:
        address = read_token_address(settings.master_key.get_secret_value())
    except Wrong as refusal:
        return HealthCheck("master key", "bad", refusal.sentence)
    name = address.token or address.serial
    reason = find_token(address)
    if reason:
        sentence = (
            f"in the token {name}, which is away ({reason}): nothing encrypted can be read until it is back"
        )
        return HealthCheck("master key", "bad", sentence)
    return HealthCheck("master key", "good", f"in the token {name} (PKCS#11), which does not give it out")


def _functions(settings: Settings) -> HealthCheck:
    """Whose programs run here, and what stands between them and the server."""
    if settings.functions == "no":
        return HealthCheck("functions", "good", "off: no customer's program runs here")
    confinement = find_confinement()
    if not confinement.is_close:
        sentence = "customers' programs run as the server's own user and read all that it reads"
        return HealthCheck("functions", "bad", f"{sentence} (VEDETTE_FUNCTIONS={settings.functions})")
    if settings.functions == "trusted" or not confinement.has_gate:
        sentence = "customers' programs may ask this machine's cloud for its keys (169.254.169.254)"
        verdict: Verdict = "note" if settings.functions == "trusted" else "bad"
        return HealthCheck("functions", verdict, f"{sentence}; {CLOUD_PAGE} says what refuses it")
    sentence = f"customers' programs run, shut in by {confinement.sentence}; the rest of the network is open"
    return HealthCheck("functions", "note", f"{sentence} to them (docs/how-to/run-a-function.md)")


def _audit(settings: Settings) -> HealthCheck:
    if settings.audit == "no":
        return HealthCheck("audit", "bad", "VEDETTE_AUDIT=no: nothing is on record")
    retention = f"kept {settings.audit_days} days" if settings.audit_days else "kept for ever"
    return HealthCheck("audit", "good", f"on ({settings.audit}), {retention}")


def _deliveries(data: Path) -> HealthCheck:
    trails = Trails(data)
    states = [(trail, trails.state(trail)) for trail in trails.every()]
    troubled = [
        f"{trail.name} of {trail.account}: {state.problem}" for trail, state in states if state.problem
    ]
    if troubled:
        return HealthCheck("trails", "bad", f"not delivered: {'; '.join(troubled[:5])}")
    missed = sum(state.missed for _, state in states)
    if missed:
        sentence = f"{missed} events were removed before they were delivered (VEDETTE_AUDIT_DAYS)"
        return HealthCheck("trails", "bad", sentence)
    count = sum(trail.is_on for trail, _ in states)
    if count:
        return HealthCheck("trails", "good", f"{count} deliver the audit trail into buckets")
    sentence = "the audit trail lies on this machine alone (docs/how-to/audit.md)"
    return HealthCheck("trails", "note", sentence)


def _sign_in(settings: Settings) -> HealthCheck:
    if settings.sso_issuer and not settings.local_sign_in:
        return HealthCheck("sign-in", "good", f"by {settings.sso_issuer} alone")
    if settings.second_factor == "required":
        return HealthCheck("sign-in", "good", "at the console by a key and a second factor")
    sentence = "a second factor is not asked for at the console (VEDETTE_SECOND_FACTOR=required)"
    return HealthCheck("sign-in", "note", sentence)


def _metrics(settings: Settings) -> HealthCheck:
    token = settings.metrics_token.get_secret_value()
    if token and len(token) < 16:
        return HealthCheck("metrics", "bad", "VEDETTE_METRICS_TOKEN is shorter than 16 characters")
    sentence = "for who has the token" if token else "for this machine alone"
    return HealthCheck("metrics", "good", sentence)


def _alarm_actions(file: Path | None) -> HealthCheck:
    """Who writes the file can have the server run programs."""
    if file is None:
        return HealthCheck("alarm actions", "good", "alarms call nobody")
    if not file.exists():
        return HealthCheck("alarm actions", "bad", f"{file} is not there")
    writable = stat.S_IWGRP | stat.S_IWOTH
    for place in (file, file.parent):
        mode = place.stat().st_mode
        if mode & writable and not (place is not file and mode & stat.S_ISVTX):
            sentence = f"others on this machine may write {place}, and so have the server run programs"
            return HealthCheck("alarm actions", "bad", sentence)
    try:
        uncalled = uncalled_topics(read_actions(file))
    except Wrong as refusal:
        return HealthCheck("alarm actions", "bad", refusal.sentence)
    if uncalled:
        names = "; ".join(f"{name}: {reason}" for name, reason in list(uncalled.items())[:5])
        sentence = f"webhooks that are not called: {names} (docs/how-to/alarms.md)"
        return HealthCheck("alarm actions", "bad", sentence)
    return HealthCheck("alarm actions", "good", f"{file}, which its owner alone writes")


def _other_s3(settings: Settings) -> HealthCheck:
    endpoint = settings.s3_endpoint
    if endpoint.startswith("http://") and not is_loopback(endpoint[7:].partition("/")[0].rpartition(":")[0]):
        return HealthCheck("S3", "bad", f"pictures go to {endpoint} unencrypted")
    return HealthCheck("S3", "good", endpoint or "buckets are folders of this installation")


def _keys(installation: Installation, clock: Clock) -> Iterator[HealthCheck]:
    directory, now = installation.identity.directory, clock()
    keys = [key for account in directory.accounts() for key in directory.keys(account.id)]
    roots = [key for key in keys if key.user is None and key.enabled]
    recent = [key for key in roots if key.used and now - key.used < timedelta(days=7)]
    if recent:
        names = ", ".join(f"{key.id} ({key.account})" for key in recent[:5])
        sentence = f"root keys did something within a week: {names}. Give programs users of their own"
        yield HealthCheck("root keys", "note", f"{sentence} (docs/how-to/accounts-and-keys.md)")
    else:
        yield HealthCheck("root keys", "good", f"{len(roots)}, none used within a week")
    idle = [key for key in keys if key.user and key.enabled and now - (key.used or key.created) > LONG_AGO]
    if idle:
        names = ", ".join(f"{key.id} ({key.user})" for key in idle[:5])
        sentence = f"{len(idle)} enabled and not used for {LONG_AGO_SAID}: {names}"
        yield HealthCheck("access keys", "note", sentence)
    else:
        count = sum(1 for key in keys if key.user and key.enabled)
        yield HealthCheck("access keys", "good", f"{count} of users, each used within {LONG_AGO_SAID}")
