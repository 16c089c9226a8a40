"""The Helm chart: rendered by Helm's library, held against Kubernetes' schemas and against the program."""

import json
import re
import urllib.request
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

import vedette
from doubles.charts import (
    CASES,
    CHART,
    EVERYTHING,
    ONE,
    SEVERAL,
    environment_of,
    of_kind,
    pods_of,
    render_chart,
    server_of,
)
from vedette.api.visitors import refuse_name
from vedette.errors import Wrong
from vedette.server.holding import START_S
from vedette.server.run import GRACE_S
from vedette.settings import Settings, read_settings

pytestmark = pytest.mark.deploy

ROOT = CHART.parents[2]
DOCKERFILE = (ROOT / "packaging" / "Dockerfile").read_text("utf-8")
# The oldest release that the chart takes, and the newest whose schemas are had.
KUBERNETES = ["1.29", "1.37"]
# Kinds of operators, whose schemas no package of PyPI has; pods inside of them are held against Kubernetes'.
WITHOUT_SCHEMA = {"RayCluster", "ServiceMonitor"}
FIELDS = Settings.model_fields
SECRET = {"VEDETTE_DATABASE", "VEDETTE_MASTER_KMS_ACCESS_KEY", "VEDETTE_S3_ACCESS_KEY"} | {
    f"VEDETTE_{name.upper()}" for name, field in FIELDS.items() if field.annotation is SecretStr
}


@pytest.fixture(params=sorted(CASES))
def documents(request):
    return render_chart(CASES[request.param])


def test_helm_s_own_lint_finds_nothing():
    import helm_python

    for values in CASES.values():
        report = helm_python.lint(CHART, values, strict=True)
        said = [message["error"] for message in report["messages"] if message["severity"] > 1]
        assert (said, report["errors"]) == ([], [])


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_schemas_hold_for_all_that_is_rendered(documents, version):
    import kubernetes_validate

    held = [document for document in documents if document["kind"] not in WITHOUT_SCHEMA] + pods_of(documents)
    for document in held:
        kubernetes_validate.validate(document, version, strict=True)
    assert {"Deployment", "Service", "PersistentVolumeClaim", "Pod"} <= {each["kind"] for each in held}


def test_a_schema_refuses_what_is_wrong():
    import kubernetes_validate

    pod = pods_of(render_chart(ONE))[0]
    pod["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(pod, KUBERNETES[-1], strict=True)


def test_the_program_takes_every_variable_and_no_secret_is_written(documents, monkeypatch):
    variables = environment_of(server_of(documents))
    known = {f"VEDETTE_{name.upper()}" for name in FIELDS}
    ours = {name for name in variables if name.startswith("VEDETTE_")}
    assert ours <= known
    assert set(variables) - ours <= {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SERVICE_NAME"}
    for name in ours:
        is_named = isinstance(variables[name], dict)
        assert is_named == (name in SECRET), name
        monkeypatch.setenv(name, "postgresql://u:p@h/d" if is_named else variables[name])
    settings = read_settings()
    assert (settings.port, settings.host, settings.data) == (8080, "0.0.0.0", Path("/data/vedette"))


def test_settings_of_the_values_arrive_as_they_were_meant(monkeypatch):
    for name, value in environment_of(server_of(render_chart(EVERYTHING))).items():
        monkeypatch.setenv(name, "postgresql://u:p@h/d" if isinstance(value, dict) else value)
    settings = read_settings()
    assert (settings.trainings, settings.max_body, settings.one_size) == (4, 16777216, False)
    assert (settings.engine, settings.ray_address) == ("ray", "vedette-ray-head-svc:6379")
    assert settings.ray_training == "cores=4,memory=8,gpus=1"
    names = settings.host_names.split(",")
    assert names[:2] == ["vision.factory.example", "vision.example"]
    assert "vedette.vision.svc.cluster.local" in names


def test_the_console_answers_to_the_names_of_the_ingress(monkeypatch):
    from doubles.visits import a_request

    names = environment_of(server_of(render_chart(EVERYTHING)))["VEDETTE_HOST_NAMES"]
    settings = Settings(host_names=names)
    for host, is_ours in {
        "vision.example": True,
        "vedette.vision.svc:80": True,
        "else.example": False,
    }.items():
        request = a_request("GET", "/console/", headers=[("host", host)])
        assert (refuse_name(request, settings) is None) == is_ours, host


def test_every_setting_is_the_chart_s_or_free():
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    free = set(schema["properties"]["settings"]["propertyNames"]["enum"])
    cases = [environment_of(server_of(render_chart(values | {"settings": {}}))) for values in CASES.values()]
    own = {name.removeprefix("VEDETTE_").lower() for case in cases for name in case if "VEDETTE_" in name}
    assert free.isdisjoint(own)
    assert free | own == set(FIELDS)


def test_a_real_server_answers_the_probes(documents, server):
    container = server_of(documents)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"http": 8080}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["port"] == "http"
        with urllib.request.urlopen(server.address + asked["path"]) as answer:
            assert answer.status == 200


def test_a_start_and_a_stop_have_the_time_that_they_take(documents):
    container = server_of(documents)
    start = container["startupProbe"]
    assert start["periodSeconds"] * start["failureThreshold"] >= START_S + 60
    deployment = of_kind(documents, "Deployment")["spec"]
    assert deployment["progressDeadlineSeconds"] > start["periodSeconds"] * start["failureThreshold"]
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert deployment["template"]["spec"]["terminationGracePeriodSeconds"] >= waits + GRACE_S + 30


def test_the_image_is_the_one_that_the_chart_expects(documents):
    user = re.search(r"groupadd --system --gid (\d+) (\w+) .*?--uid (\d+) --gid \1", DOCKERFILE, re.DOTALL)
    assert user
    for pod in pods_of(documents):
        security = pod["spec"]["securityContext"]
        assert (security["runAsUser"], security["runAsGroup"]) == (int(user[3]), int(user[1]))
        assert security["fsGroup"] == int(user[1])
    container = server_of(documents)
    assert f"EXPOSE {container['ports'][0]['containerPort']}\n" in DOCKERFILE
    assert 'ENTRYPOINT ["vedette"]' in DOCKERFILE
    assert container["args"] == ["serve"]
    volume = re.search(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)
    assert volume
    assert volume[1] in [mount["mountPath"] for mount in container["volumeMounts"]]


def test_every_container_is_locked_down(documents):
    for pod in pods_of(documents):
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            assert mounts <= {volume["name"] for volume in spec["volumes"]}
            assert {"/tmp", "/dev/shm"} <= {mount["mountPath"] for mount in container["volumeMounts"]}


def test_the_links_of_kubernetes_do_not_become_settings(documents, monkeypatch):
    # What a Service named vedette sets in every pod that has such links.
    monkeypatch.setenv("VEDETTE_PORT", "tcp://10.0.0.7:80")
    with pytest.raises(Wrong, match="VEDETTE_PORT"):
        read_settings()
    assert all(pod["spec"]["enableServiceLinks"] is False for pod in pods_of(documents))


def test_services_and_policies_mean_the_servers_and_not_the_nodes_of_ray():
    documents = render_chart(EVERYTHING)
    selectors = [
        of_kind(documents, "Service")["spec"]["selector"],
        of_kind(documents, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        of_kind(documents, "Deployment")["spec"]["selector"]["matchLabels"],
    ]
    servers, *nodes = [pod["metadata"]["labels"] for pod in pods_of(documents)]
    if servers["app.kubernetes.io/component"] == "ray":
        nodes = [servers, *nodes]
        servers = nodes.pop()
    for selector in selectors:
        assert selector.items() <= servers.items()
        assert not any(selector.items() <= node.items() for node in nodes)


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [
        ("https://s3.example", 443),
        ("http://s3.example/", 80),
        ("https://s3.example:8443", 8443),
        ("http://[fd00::1]:9000", 9000),
        ("http://[fd00::1]", 80),
    ],
)
def test_the_servers_may_go_where_the_endpoints_are_and_nowhere_else(endpoint, port):
    values = SEVERAL | {
        "s3": {"endpoint": endpoint, "secret": "s"},
        "telemetry": {"endpoint": "http://c:4318"},
    }
    rules = of_kind(render_chart(values), "NetworkPolicy")["spec"]["egress"]
    opened = {(each["protocol"], each["port"]) for rule in rules for each in rule["ports"]}
    assert opened == {("UDP", 53), ("TCP", 53), ("TCP", 5432), ("TCP", port), ("TCP", 4318)}
    only_one = of_kind(render_chart(ONE), "NetworkPolicy")["spec"]["egress"]
    assert [each["port"] for rule in only_one for each in rule["ports"]] == [53, 53]


def test_one_server_has_no_budget_and_several_wait_for_one_another():
    assert not [each for each in render_chart(ONE) if each["kind"] == "PodDisruptionBudget"]
    strategy = of_kind(render_chart(SEVERAL), "Deployment")["spec"]["strategy"]
    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_a_long_name_of_a_release_still_makes_names():
    documents = render_chart(EVERYTHING, release="a" * 53)
    assert all(len(document["metadata"]["name"]) <= 50 for document in documents)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Several servers need a PostgreSQL"),
        ({"database": {"secret": "d"}}, "Several servers need a PostgreSQL"),
        ({"servers": {"replicas": 1}}, "servers.strategy=Recreate"),
        (ONE | {"s3": {"endpoint": "https://s3.example"}}, "s3.endpoint needs s3.secret"),
        (SEVERAL | {"storage": {"accessMode": "ReadWriteOnce"}}, "has to be ReadWriteMany"),
        (SEVERAL | {"metrics": {"monitor": True}}, "metrics.monitor needs metrics.secret"),
        (SEVERAL | {"ingress": {"enabled": True}}, "name at least one host"),
        (SEVERAL | {"settings": {"wings": 4}}, "wings"),
        (SEVERAL | {"settings": {"database": "postgresql://u:p@h/d"}}, "database"),
        (SEVERAL | {"database": {"secret": "postgresql://u:p@h/d"}}, "database"),
        (SEVERAL | {"s3": {"endpoint": "https://key:secret@s3.example", "secret": "s"}}, "endpoint"),
        (SEVERAL | {"serverz": {}}, "serverz"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(values, sentence):
    import helm_python

    with pytest.raises(helm_python.HelmError, match=sentence):
        render_chart(values)


def test_the_values_of_the_page_are_taken():
    page = (ROOT / "docs" / "how-to" / "kubernetes.md").read_text("utf-8")
    first, ray = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    documents = render_chart(first | ray)
    assert of_kind(documents, "Ingress")["spec"]["rules"][0]["host"] == "vision.example"
    (group,) = of_kind(documents, "RayCluster")["spec"]["workerGroupSpecs"]
    assert group["replicas"] == 4
    tried = re.search(r"`(--set servers\.replicas=1 [^`]*)`", page)
    assert tried
    values: dict[str, dict[str, object]] = {}
    for of, name, value in re.findall(r"--set (\w+)\.(\w+)=(\w+)", tried[1]):
        values.setdefault(of, {})[name] = yaml.safe_load(value)
    claim = of_kind(render_chart(values), "PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_releases_agree():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert chart["appVersion"] == vedette.__version__
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    assert f"ray=={values['ray']['version']}\n" in (ROOT / "constraints.txt").read_text("utf-8")
