"""The Helm chart as Helm renders it; of the lane that installs Helm's library (`make test-deploy`)."""

from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "vedette"

# What people set, by what they have.
ONE = {"servers": {"replicas": 1, "strategy": "Recreate"}}
SEVERAL = {
    "database": {"secret": "vedette-database"},
    "s3": {"endpoint": "https://s3.example", "secret": "vedette-s3"},
}
EVERYTHING = {
    **SEVERAL,
    "image": {"repository": "registry.example/vedette", "tag": "7", "pullSecrets": [{"name": "pull"}]},
    "servers": {
        "replicas": 3,
        "hostNames": ["vision.factory.example"],
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "annotations": {"example/by": "us"},
        "priorityClassName": "high",
        "resources": {"limits": {"nvidia.com/gpu": 1}},
    },
    "settings": {"trainings": 4, "max_body": 16777216, "one_size": False, "training_budget": "best"},
    "storage": {"className": "nfs", "keep": False},
    "service": {"type": "LoadBalancer", "annotations": {"example/lb": "1"}},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "0"},
        "hosts": ["vision.example"],
        "tlsSecret": "vision-tls",
    },
    "serviceAccount": {"name": "vision", "annotations": {"example/role": "r"}},
    "masterKey": {
        "secret": "vedette-master",
        "before": "earlier",
        "kmsAccessKey": "access",
        "kmsSecretKey": "secret",
    },
    "sso": {"secret": "vedette-sso"},
    "metrics": {"secret": "vedette-metrics", "monitor": True},
    "telemetry": {"endpoint": "http://collector.telemetry:4318"},
    "network": {
        "from": [{"namespaceSelector": {}}],
        "database": {"to": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]},
        "egress": [{"ports": [{"port": 8443}]}],
    },
    "ray": {
        "enabled": True,
        "unit": "cores=1,memory=1",
        "training": "cores=4,memory=8,gpus=1",
        "workers": {"nodeSelector": {"gpu": "yes"}, "tolerations": [{"operator": "Exists"}]},
    },
}
FOREIGN_RAY = {**SEVERAL, "ray": {"enabled": True, "address": "10.0.0.1:6379"}}
CASES = {"one": ONE, "several": SEVERAL, "everything": EVERYTHING, "foreign ray": FOREIGN_RAY}


def render_chart(values: dict[str, Any], *, release: str = "vedette") -> list[dict[str, Any]]:
    """Return the documents that Helm makes of these values; raises what Helm raises."""
    import helm_python

    with helm_python.Chart.load(CHART) as chart:
        chart.validate_schema(values)  # as `helm install` does first
        rendered = chart.render(values, name=release, namespace="vision")
    texts = [text for path, text in sorted(rendered.items()) if path.endswith(".yaml")]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


def of_kind(documents: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the one document of a kind."""
    (found,) = [document for document in documents if document["kind"] == kind]
    return found


def pods_of(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every pod's template, those of a Ray cluster too, as pods."""
    templates = []
    for document in documents:
        spec = document.get("spec", {})
        if document["kind"] == "Deployment":
            templates.append(spec["template"])
        elif document["kind"] == "RayCluster":
            templates += [spec["headGroupSpec"]["template"]]
            templates += [group["template"] for group in spec["workerGroupSpecs"]]
    return [{"apiVersion": "v1", "kind": "Pod", **template} for template in templates]


def server_of(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the container that serves."""
    spec = of_kind(documents, "Deployment")["spec"]["template"]["spec"]
    (container,) = [container for container in spec["containers"] if container["name"] == "server"]
    return container


def environment_of(container: dict[str, Any]) -> dict[str, Any]:
    """Return its variables: the value, or where it comes from."""
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}
