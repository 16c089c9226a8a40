"""The board of Grafana and the alerts of Prometheus ask for what /metrics has, by names and labels."""

import json
import re
import urllib.request
from pathlib import Path

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from vedette.metering.usage import ASKED
from vedette.server.observe import BUCKETS, OUTCOMES, UNITS, Metrics, RequestRecord

DEPLOY = Path(__file__).parents[2] / "deploy"
BOARD = json.loads((DEPLOY / "grafana" / "vedette.json").read_text("utf-8"))
RULES = yaml.safe_load((DEPLOY / "prometheus" / "vedette.rules.yaml").read_text("utf-8"))["groups"]
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
ALERTS = [rule for group in RULES for rule in group["rules"]]
VERSION = "arn:aws:rekognition:us-east-1:000000000000:project/parts/version/first/1700000000000"
# What Prometheus adds to what it reads, and says of it.
OF_PROMETHEUS = {"job", "instance"}
UP = {"up": set()}

EXPRESSIONS = [
    pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
    for panel in PANELS
    for target in panel["targets"]
] + [pytest.param(rule["expr"], id=rule["alert"]) for rule in ALERTS]


def parsed(expression):
    """Parse as Prometheus would, with Grafana's own intervals in place."""
    return promql_parser.parse(re.sub(r"\$__(rate_)?interval", "5m", expression))


def samples_of(page):
    """Return the names on a page of figures, each with its labels."""
    labels = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


@pytest.fixture(scope="module")
def figures():
    """Everything that a server counts, after a request, a picture, a unit and a training."""
    metrics = Metrics()
    record = RequestRecord(
        "1", "POST", "/", service="rekognition", operation="DetectCustomLabels", status=200
    )
    record.sent_bytes = 10
    metrics.count(record)
    for figure in ASKED + tuple(UNITS):
        metrics.record(VERSION, figure, 1)
    metrics.record_training(VERSION, {"stage": "training", "done": 1, "of": 2})
    return samples_of(metrics.page().decode())


def selectors_of(expression):
    found = []

    def visit(node):
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)

    promql_parser.walk(parsed(expression), visit)
    return found


def groups_of(expression):
    """Return the labels of every `by`, each with the names that it is asked of."""
    found = []

    def visit(node):
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            names = [selector.name for selector in selectors_of(node.prettify())]
            found.append((set(node.modifier.labels), names))

    promql_parser.walk(parsed(expression), visit)
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_name_and_label_is_one_that_a_server_has(expression, figures):
    selectors = selectors_of(expression)
    assert selectors
    for selector in selectors:
        known = (figures | UP)[selector.name]
        matchers = selector.matchers.matchers
        assert {matcher.name for matcher in matchers} <= known | OF_PROMETHEUS, selector.name
        for matcher in matchers:
            if matcher.name in ("outcome", "which"):
                assert matcher.value in OUTCOMES | set(UNITS.values())
    for labels, names in groups_of(expression):
        for name in names:
            assert labels <= (figures | UP)[name] | OF_PROMETHEUS


def test_a_name_that_no_server_has_would_be_found(figures):
    (selector,) = selectors_of("rate(vedette_requests[5m])")
    assert selector.name not in figures  # the counter's name on the page ends with _total
    assert groups_of("sum by (le, wing) (rate(vedette_request_seconds_bucket[$__rate_interval]))") == [
        ({"le", "wing"}, ["vedette_request_seconds_bucket"])
    ]


def test_a_running_server_shows_what_is_asked_of_every_server(server):
    with urllib.request.urlopen(server.address + "/metrics") as answer:
        page = answer.read().decode()
    families = set(re.findall(r"^# TYPE (\w+) ", page, re.MULTILINE))
    asked = {
        selector.name
        for parameter in EXPRESSIONS
        for selector in selectors_of(parameter.values[0])
        if selector.name not in UP
    }
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} <= families


def test_nothing_that_a_server_counts_is_left_out(figures):
    asked = {selector.name for parameter in EXPRESSIONS for selector in selectors_of(parameter.values[0])}
    counted = {name for name in figures if not name.endswith(("_created", "_sum", "_count"))}
    assert counted <= asked


def test_the_board_can_be_imported():
    assert BOARD["uid"] == "vedette"
    assert BOARD["schemaVersion"] >= 39
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))
    taken = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_variables_of_the_board_are_known_and_used(figures):
    variables = {each["name"]: each for each in BOARD["templating"]["list"]}
    texts = json.dumps([panel["targets"] for panel in PANELS])
    assert set(re.findall(r"\$\{?([a-z]\w*)", texts)) == set(variables)
    for variable in variables.values():
        if variable["type"] == "query":
            name, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
            assert label in figures[name] | OF_PROMETHEUS


def test_legends_name_labels_that_the_answer_has(figures):
    for panel in PANELS:
        for target in panel["targets"]:
            groups = groups_of(target["expr"])
            (selector, *_) = selectors_of(target["expr"])
            has = groups[0][0] if groups else (figures | UP)[selector.name] | OF_PROMETHEUS
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= has, panel["title"]


def test_alerts_name_labels_that_the_answer_has(figures):
    for rule in ALERTS:
        groups = groups_of(rule["expr"])
        has = groups[0][0] if groups else OF_PROMETHEUS
        said = json.dumps(rule["annotations"])
        assert set(re.findall(r"\$labels\.(\w+)", said)) <= has, rule["alert"]
        assert rule["labels"]["severity"] in ("warning", "critical")


def test_thresholds_lie_between_the_bounds_of_the_histogram():
    (slow,) = [rule for rule in ALERTS if rule["alert"] == "VedettePicturesSlow"]
    bound = float(slow["expr"].rpartition(" ")[2])
    assert min(BUCKETS) < bound < max(BUCKETS)
