"""Compose files, the balancer's settings and systemd units, held against the program and one another."""

import configparser
import json
import re
import urllib.request
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

import vedette
from vedette.server.run import GRACE_S
from vedette.settings import Settings

ROOT = Path(__file__).parents[2]
KNOWN = {f"VEDETTE_{name.upper()}" for name in Settings.model_fields}
TWO = yaml.safe_load((ROOT / "deploy" / "compose" / "two-servers.yaml").read_text("utf-8"))
ALONE = yaml.safe_load((ROOT / "packaging" / "compose.yaml").read_text("utf-8"))
BALANCER = (ROOT / "deploy" / "compose" / "haproxy.cfg").read_text("utf-8")
SERVERS = ("one", "two")


def unit(path):
    """Read a unit; of keys that come twice the last counts here."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(ROOT / path, "utf-8")
    return parser


@pytest.mark.parametrize(
    "service", [TWO["services"]["one"], TWO["services"]["two"], ALONE["services"]["vedette"]]
)
def test_a_server_in_a_container_is_locked_down_and_its_variables_are_settings(service):
    assert set(service["environment"]) <= KNOWN
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) >= GRACE_S + 30
    assert service["volumes"] == ["data:/data"]


def test_no_secret_is_written_and_each_that_is_missing_is_asked_for():
    for name, value in TWO["services"]["one"]["environment"].items():
        if re.search("PASSWORD|KEY|ENDPOINT", value):
            assert re.search(r"\$\{\w+:\?[a-z ]+", value), name
    words = (ROOT / "deploy" / "compose" / "two-servers.yaml").read_text("utf-8")
    asked = set(re.findall(r"\$\{(\w+)[:}]", words))
    (example,) = re.findall(r"^# servers\.env: +(.*)$", words, re.MULTILINE)
    assert {pair.partition("=")[0] for pair in example.split()} == asked


def test_the_servers_are_alike_and_are_of_this_release():
    one, two = (TWO["services"][name] for name in SERVERS)
    assert one == two
    assert one["image"] == f"vedette:{vedette.__version__}"
    folder = (ROOT / "deploy" / "compose" / one["build"]["context"]).resolve()
    assert (folder / one["build"]["dockerfile"]).is_file()


def test_the_balancer_asks_what_a_server_answers_and_knows_each(server):
    assert re.findall(r"^ +server (\w+) (\w+):8080 cookie (\w+)$", BALANCER, re.MULTILINE) == [
        (name, name, name) for name in SERVERS
    ]
    (path,) = re.findall(r"option httpchk GET (\S+)", BALANCER)
    with urllib.request.urlopen(server.address + path) as answer:
        assert answer.status == 200
    assert TWO["services"]["balancer"]["depends_on"] == list(SERVERS)
    (mount,) = TWO["services"]["balancer"]["volumes"]
    assert (ROOT / "deploy" / "compose" / mount.partition(":")[0]).read_text("utf-8") == BALANCER
    # Only a request that was never sent is sent again: others might be done twice.
    assert re.findall(r"retry-on (.*)", BALANCER) == ["conn-failure"]


def test_the_balancer_alone_is_believed_about_who_asks():
    settings = Settings(trusted_proxies=TWO["services"]["one"]["environment"]["VEDETTE_TRUSTED_PROXIES"])
    own = TWO["services"]["balancer"]["networks"]["default"]["ipv4_address"]
    (network,) = TWO["networks"]["default"]["ipam"]["config"]
    assert settings.trusted_proxies == own
    assert ip_address(own) in ip_network(network["subnet"])
    assert "option forwardfor\n" in BALANCER


def test_every_setting_is_one_of_the_chart_or_free_in_its_values():
    """The lane that renders the chart compares more; a new setting is missed here already."""
    chart = ROOT / "deploy" / "helm" / "vedette"
    schema = json.loads((chart / "values.schema.json").read_text("utf-8"))
    free = {f"VEDETTE_{name.upper()}" for name in schema["properties"]["settings"]["propertyNames"]["enum"]}
    helpers = (chart / "templates" / "_helpers.tpl").read_text("utf-8")
    own = set(re.findall(r"VEDETTE_[A-Z0-9_]+[A-Z0-9]", helpers))
    assert free | own == KNOWN
    assert free.isdisjoint(own)


def test_the_unit_of_several_servers_changes_what_the_unit_of_one_says():
    one, several = unit("packaging/vedette.service"), unit("deploy/systemd/several-servers.conf")
    changed = dict(several["Service"])
    folder = changed["ReadWritePaths"]
    assert several["Unit"]["RequiresMountsFor"] == folder
    assert changed["Environment"] == f"VEDETTE_DATA={folder}"
    assert (one["Service"]["DynamicUser"], changed["DynamicUser"]) == ("yes", "no")
    # An empty value undoes the folder of the unit, which would be made on each machine.
    assert (one["Service"]["StateDirectory"], changed["StateDirectory"]) == ("vedette", "")
    words = (ROOT / "deploy" / "systemd" / "several-servers.conf").read_text("utf-8")
    assert set(re.findall(r"VEDETTE_\w+", words)) <= KNOWN
    user = re.search(r"--uid (\d+) ", words)
    assert user
    assert f"--uid {user[1]} " in (ROOT / "packaging" / "Dockerfile").read_text("utf-8")
