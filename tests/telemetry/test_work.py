"""What a server does has spans too: a picture that a unit looked at, and a job in the background."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from doubles.collectors import plain, running_collector, variables_for
from doubles.servers import start_server, stop_server
from doubles.trained import put_version

ACCOUNT = "000000000000"
TRACE, ABOVE = "a" * 32, "b7ad6b7169203331"


@pytest.fixture(scope="module")
def collector():
    with running_collector() as running:
        yield running


@pytest.fixture(scope="module")
def told(tmp_path_factory, collector):
    folder = tmp_path_factory.mktemp("told")
    server = start_server(folder / "data", **variables_for(collector, OTEL_METRICS_EXPORTER="none"))
    yield server
    assert stop_server(server) == 0


def a_picture():
    file = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_picture_has_a_span_below_its_request(told, collector):
    client = told.client("rekognition")
    arn = str(put_version(told.data, "rekognition", "traced-parts", "classification", account=ACCOUNT).arn)
    project_arn = client.describe_projects()["ProjectDescriptions"][0]["ProjectArn"]
    client.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    deadline = time.monotonic() + 60
    while True:
        (version,) = client.describe_project_versions(ProjectArn=project_arn)["ProjectVersionDescriptions"]
        if version["Status"] == "RUNNING":
            break
        assert time.monotonic() < deadline, version["Status"]
        time.sleep(0.1)
    client.meta.events.register("before-send", lambda request, **_: say_trace(request))
    client.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": a_picture()})
    (picture,) = collector.wait_for(lambda c: c.named("picture"))
    (request,) = collector.wait_for(lambda c: c.named("rekognition DetectCustomLabels"))
    assert picture.trace_id.hex() == request.trace_id.hex() == TRACE
    assert picture.parent_span_id == request.span_id
    assert plain(picture.attributes) == {
        "vedette.project": "traced-parts",
        "vedette.version": arn.split("/")[3],
    }
    took = picture.end_time_unix_nano - picture.start_time_unix_nano
    assert took > 0
    client.stop_project_version(ProjectVersionArn=arn)


def say_trace(request):
    request.headers["traceparent"] = f"00-{TRACE}-{ABOVE}-01"


def test_a_job_has_a_span_of_its_own(told, collector):
    s3, client = told.client("s3"), told.client("rekognition")
    s3.create_bucket(Bucket="traced")
    s3.put_object(Bucket="traced", Key="one.png", Body=a_picture())
    s3.put_object(Bucket="traced", Key="lines", Body=b'{"source-ref":"s3://traced/one.png"}\n')
    project = client.create_project(ProjectName="traced-job")["ProjectArn"]
    client.create_dataset(
        ProjectArn=project,
        DatasetType="TRAIN",
        DatasetSource={"GroundTruthManifest": {"S3Object": {"Bucket": "traced", "Name": "lines"}}},
    )
    (span, *_) = collector.wait_for(lambda c: [span for span in c.spans if span.name.startswith("job ")])
    assert span.parent_span_id == b""
    facts = plain(span.attributes)
    assert set(facts) == {"vedette.job", "vedette.tries"}
    assert (facts["vedette.tries"], span.status.code) == (1, 0)
