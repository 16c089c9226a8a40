"""What an operator can set: `VEDETTE_*` in the environment, or an option of the command.

Every setting is listed in docs/reference/settings.md, which a test compares with this file.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vedette.errors import Wrong
from vedette.quotas import Quota, read_exceptions


class Settings(BaseSettings):
    """One installation's settings; the defaults serve one machine and one person."""

    model_config = SettingsConfigDict(env_prefix="VEDETTE_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("vedette-data"), description="The folder that holds everything.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="The port; 0 takes a free one.")
    account: str = Field(
        default="000000000000",
        pattern=r"^\d{12}$",
        description="The account of a new installation; a folder keeps its own.",
    )
    region: str = Field(
        default="us-east-1", description="The region of a client that names none; a folder keeps its own."
    )
    host_names: str = Field(
        default="",
        description="Further names of this server, with commas between: its own pages answer to no others.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of proxies, with commas; their `X-Forwarded-For` is believed.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="The bearer token for `/metrics`; without one only this machine may read them.",
    )
    alarm_actions: Path | None = Field(
        default=None, description="A TOML file that says what the topics of alarms do; without one, nothing."
    )
    console_idle: float = Field(
        default=12.0, gt=0, le=8760, description="After so many idle hours a session at the console ends."
    )
    console_longest: float = Field(
        default=168.0, gt=0, le=8760, description="After so many hours it ends, idle or not."
    )
    second_factor: str = Field(
        default="optional",
        pattern="^(optional|required)$",
        description="Whether people who sign in at the console by a key need a second factor too.",
    )
    local_sign_in: bool = Field(
        default=True,
        description="Whether keys sign in at the console; links of `vedette console` always do.",
    )
    sso_issuer: str = Field(
        default="",
        description="The issuer of the company's OpenID provider, by https; empty is none.",
    )
    sso_client_id: str = Field(default="", description="The name of this server at that provider.")
    sso_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Its secret there; empty for a public client."
    )
    sso_name: str = Field(default="", description="What the button of the sign-in page calls the company.")
    sso_groups: str = Field(
        default="", description="Groups of the provider and ours that they give: `THEIRS=ours, THEIRS=ours`."
    )
    sso_groups_claim: str = Field(
        default="groups", description="The claim of its tokens that lists a person's groups."
    )
    sso_scopes: str = Field(default="openid profile email", description="The scopes to ask it for.")
    sso_address: str = Field(
        default="", description="Where people reach this server; empty is as their browser says."
    )
    database: str = Field(
        default="", description="A PostgreSQL address; empty for SQLite in the data folder."
    )
    log: str = Field(default="auto", pattern="^(auto|human|json)$", description="The form of the log lines.")
    s3_endpoint: str = Field(default="", description="A real S3 to use instead of folders.")
    s3_access_key: str = Field(default="", description="The access key for that S3.")
    s3_secret_key: SecretStr = Field(default=SecretStr(""), description="The secret key for that S3.")
    s3_region: str = Field(default="us-east-1", description="The region to sign with for that S3.")
    s3_domain: str = Field(
        default="localhost", description="Hosts below this name are buckets (virtual-host style)."
    )
    max_body: int = Field(
        default=16 * 1024 * 1024, ge=1024, description="The most bytes a request may have, S3 objects aside."
    )
    max_object: int = Field(
        default=5 * 1024**3, ge=1024, description="The most bytes one PUT of an S3 object may have."
    )
    training_budget: str = Field(
        default="balanced", pattern="^(fast|balanced|best)$", description="How much a training may try."
    )
    trainings: int = Field(default=2, ge=1, le=64, description="How many trainings run at once.")
    account_trainings: int = Field(
        default=0,
        ge=0,
        description="How many trainings of an account run at once; 0 is as many as there may.",
    )
    account_units: int = Field(
        default=0,
        ge=0,
        description="How many units all models of an account may have together; 0 is no limit.",
    )
    account_exceptions: str = Field(
        default="",
        description="What single accounts may have instead, as"
        " `111122223333 trainings=4 units=0, 444455556666 units=32`.",
    )
    one_size: bool = Field(
        default=True, description="Whether all pictures of a Lookout project must have the same size."
    )
    dataset_entries: int = Field(
        default=0,
        ge=0,
        le=100_000_000,
        description="The most entries of a dataset, where a service allows fewer; 0 is its own limit.",
    )
    engine: str = Field(
        default="local",
        pattern="^(local|ray)$",
        description="Where trainings and units run: `local` is this machine, `ray` a Ray cluster.",
    )
    ray_address: str = Field(
        default="",
        description="Host and port of the Ray cluster's head; this machine is a node of it.",
    )
    ray_unit: str = Field(
        default="", description="What a unit is given there, memory in GiB; empty is `cores=1,memory=0.5`."
    )
    ray_training: str = Field(
        default="", description="What a training is given there; empty is `cores=2,memory=2`."
    )
    ray_cache: str = Field(
        default="",
        description="Where each node keeps files; empty is `vedette-node` among its user's caches.",
    )
    ray_ports: str = Field(
        default="",
        description="The ports that units listen at on their nodes, as `20000-20099`; empty is any.",
    )
    lifecycle_day: float = Field(
        default=86400.0,
        ge=0.5,
        description="The seconds of a day in lifecycle rules; fewer are for trying rules out.",
    )
    keep_trials: int = Field(
        default=0,
        ge=0,
        le=365,
        description="After so many days a trial is deleted that nobody has touched since; 0 never.",
    )
    keep_failed: int = Field(
        default=0,
        ge=0,
        le=365,
        description="After so many days a version is deleted whose training failed; 0 never.",
    )
    most_units: int = Field(default=16, ge=1, description="The most inference units one model may be given.")
    packaging_jobs: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="How many packaging jobs of an account may be under way at once.",
    )
    asleep_after: float = Field(
        default=0.0,
        ge=0,
        description="After so many idle seconds a model's units give their memory back; 0 never.",
    )

    functions: str = Field(
        default="no",
        pattern="^(no|confined|trusted)$",
        description="Whether functions run: `no`; `confined`, where this machine can shut them in; `trusted`,"
        " also where it cannot, and with its rights in its cloud: then they read all that the server reads.",
    )

    audit: str = Field(
        default="changes",
        pattern="^(changes|all|no)$",
        description="What the audit trail holds: `changes` and detections, `all` requests, or `no` event.",
    )
    audit_days: int = Field(
        default=90,
        ge=0,
        le=36500,
        description="After so many days the audit trail's events are removed; 0 never.",
    )

    audit_file: Path | None = Field(
        default=None, description="A file that the audit trail is written to besides, a JSON line an event."
    )
    audit_file_mb: int = Field(
        default=100, ge=1, le=1_000_000, description="At so many megabytes that file is rotated."
    )
    audit_files: int = Field(
        default=10, ge=2, le=1000, description="So many of these files are kept, the one written to included."
    )
    audit_syslog: str = Field(
        default="",
        description="A syslog server that the audit trail is sent to besides, by RFC 5424: `udp://HOST:514`,"
        " `tcp://HOST:601` or `tls://HOST:6514`.",
    )
    audit_syslog_ca: Path | None = Field(
        default=None,
        description="The file of certificates that the server's is judged by; empty: the system's.",
    )

    master_key: SecretStr = Field(
        default=SecretStr(""),
        description="What wraps encryption keys: empty is the installation's own key, else 64 hexadecimal"
        " digits, `file:PATH`, `kms:ARN` of a key in another KMS, or `pkcs11:…` of a key in a token.",
    )
    master_key_before: SecretStr = Field(
        default=SecretStr(""),
        description="The master key before, likewise (`installation` for its own): the next start wraps anew"
        " what it wrapped.",
    )
    master_kms_endpoint: str = Field(
        default="", description="The address of that KMS; empty is AWS's in the region of the ARN."
    )
    master_kms_access_key: str = Field(default="", description="The access key for that KMS.")
    master_kms_secret_key: SecretStr = Field(
        default=SecretStr(""), description="The secret key for that KMS."
    )

    def quota_of(self, name: str) -> Quota:
        """Return how many `trainings` or `units` accounts may have."""
        most = {"trainings": self.account_trainings, "units": self.account_units}[name]
        return Quota(most, read_exceptions(self.account_exceptions)[name])

    @field_validator("account_exceptions")
    @classmethod
    def _refuse_no_quota(cls, text: str) -> str:
        read_exceptions(text)
        return text

    @field_validator("sso_groups")
    @classmethod
    def _refuse_half_pairs(cls, text: str) -> str:
        for pair in filter(None, map(str.strip, text.split(","))):
            group, _, own_group = pair.rpartition("=")
            if not (group.strip() and own_group.strip()):
                raise ValueError(f"{pair!r} is not THEIR-GROUP=our-group")
        return text

    @field_validator("sso_issuer", "sso_address")
    @classmethod
    def _refuse_clear_addresses(cls, address: str) -> str:
        parts = urlsplit(address)
        is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if address and not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
            raise ValueError("it is no https address")
        return address

    @field_validator("trusted_proxies")
    @classmethod
    def _refuse_no_network(cls, names: str) -> str:
        for name in filter(None, map(str.strip, names.split(","))):
            if ip_network(name).prefixlen == 0:
                raise ValueError(f"{name} is everybody, and then anybody may say who asks")
        return names


def read_settings(**options: Any) -> Settings:
    """Return the settings, overridden by a command's options that are not None; refuse in a sentence."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise Wrong(f"VEDETTE_{name} cannot be {first['input']!r}: {first['msg']}.") from None
