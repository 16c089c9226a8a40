"""From an example project to a trained model by clicks, in both dialects; one trained project for all."""

import io
import json

import pytest
from playwright.sync_api import Page, expect

from browser.looks import axe_findings, look_closely, take_pictures
from browser.test_labelling import at_position, saved, shown, until
from doubles.console import signed_in as signed_in_browser
from vedette.vision.drawn_sets import draw_set

# A training of an example takes some ten seconds on two quiet cores, and other tests want them too.
TRAINED_MS = 180_000


def make_example(console, name: str) -> str:
    """Make an example project; return its route."""
    answer = signed_in_browser(console).call("vedette", "CreateExampleProject", Example=name, Labeled="all")
    return f"/console/projects/{answer.json['Service']}/{answer.json['ProjectName']}"


def train(page: Page, route: str, *, named: str) -> None:
    """Train with the smallest budget by the page's own form, and wait for the end."""
    page.goto(route)
    page.get_by_role("link", name="Train a model").click()
    expect(page.get_by_text("Everything that a training needs is there")).to_be_visible()
    page.get_by_text("Seconds", exact=True).click()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(f"{named} is being trained")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"{named} is being trained")).to_be_visible()
    expect(page.get_by_text(f"How good {named} is")).to_be_visible(timeout=TRAINED_MS)


@pytest.fixture(scope="module")
def parts(console, chromium):
    """The route of a project of sorted parts with one trained version."""
    from browser.conftest import close_page, enter, open_page

    page = open_page(chromium, console)
    enter(page, console)
    route = make_example(console, "sort-parts")
    train(page, route, named="v1")
    close_page(page)
    return route


def test_what_came_of_a_training_is_said_in_a_sentence_with_the_wires_figures(console, signed_in, parts):
    page, rekognition = signed_in, console.client("rekognition")
    page.goto(f"{parts}/train?version=v1")
    expect(page.get_by_text("12 test pictures right.")).to_be_visible()
    arn = rekognition.describe_projects(ProjectNames=[parts.rsplit("/", 1)[1]])["ProjectDescriptions"][0]
    versions = rekognition.describe_project_versions(ProjectArn=arn["ProjectArn"])
    (version,) = versions["ProjectVersionDescriptions"]
    f1 = version["EvaluationResult"]["F1Score"]
    row = page.get_by_role("row").filter(has_text="All labels")
    expect(row).to_contain_text(f"{100 * f1:.1f}".removesuffix(".0") + "%")
    tags = rekognition.list_tags_for_resource(ResourceArn=version["ProjectVersionArn"])["Tags"]
    assert tags == {"vedette:training-budget": "fast"}
    take_pictures(page, "trained")
    assert axe_findings(page) == []


def test_a_training_is_offered_with_what_it_would_learn(signed_in, parts):
    page = signed_in
    page.goto(f"{parts}/train?new")
    expect(page.get_by_text("What is in the picture: one label")).to_be_visible()
    expect(page.get_by_text("The test dataset: 12 pictures")).to_be_visible()
    expect(page.get_by_label("Version name")).to_have_value("v2")
    page.get_by_label("Version name").fill("v1")
    expect(page.get_by_text("There is a version of this name already.").first).to_be_visible()
    expect(page.get_by_role("button", name="Start training")).to_be_disabled()
    page.get_by_label("Version name").fill("schräg")
    expect(page.get_by_text("Only letters without accents").first).to_be_visible()
    page.get_by_label("Version name").fill("v2")
    take_pictures(page, "train")
    assert axe_findings(page) == []


def version_of(console, route: str, name: str = "v1") -> dict:
    """Return what the wire says of a version."""
    rekognition = console.client("rekognition")
    (project,) = rekognition.describe_projects(ProjectNames=[route.rsplit("/", 1)[1]])["ProjectDescriptions"]
    asked = {"ProjectArn": project["ProjectArn"], "VersionNames": [name]}
    (version,) = rekognition.describe_project_versions(**asked)["ProjectVersionDescriptions"]
    return version


def test_a_version_is_described_and_tagged_and_links_what_the_wire_returns(console, signed_in, parts):
    page = signed_in
    page.goto(f"{parts}/versions/v1")
    version = version_of(console, parts)
    summary = version["EvaluationResult"]["Summary"]["S3Object"]
    snapshot = version["TrainingDataResult"]["Output"]["Assets"][0]["GroundTruthManifest"]["S3Object"]
    for place in (summary, snapshot, version["ManifestSummary"]["S3Object"]):
        expect(page.get_by_text(f"s3://{place['Bucket']}/{place['Name']}", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Download {summary['Name']}").click()
    document = json.loads(download.value.path().read_bytes())
    assert document["AggregatedEvaluationResults"]["F1Score"] == pytest.approx(
        version["EvaluationResult"]["F1Score"]
    )
    page.get_by_role("button", name="Change the description").click()
    page.get_by_label("Description", exact=True).fill("Nachtschicht für 2")
    expect(page.get_by_text("letters without accents", exact=False).first).to_be_visible()
    page.get_by_label("Description", exact=True).fill("Night shift, camera 2")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Night shift, camera 2")).to_be_visible()
    assert version_of(console, parts)["VersionDescription"] == "Night shift, camera 2"
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_label("Key").last.fill("line")
    page.get_by_label("Value").last.fill("4 <b>")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_text("failed to satisfy constraint", exact=False)).to_be_visible()
    page.vedette_watch.errors.clear()
    page.get_by_label("Value").last.fill("4")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_text("The tags were saved.")).to_be_visible()
    tags = console.client("rekognition").list_tags_for_resource(ResourceArn=version["ProjectVersionArn"])[
        "Tags"
    ]
    assert tags == {"vedette:training-budget": "fast", "line": "4"}
    take_pictures(page, "version-whole")
    assert axe_findings(page) == []


def policy_of(console, route: str) -> dict:
    """Return the only statement of a project's only policy."""
    rekognition = console.client("rekognition")
    (project,) = rekognition.describe_projects(ProjectNames=[route.rsplit("/", 1)[1]])["ProjectDescriptions"]
    (policy,) = rekognition.list_project_policies(ProjectArn=project["ProjectArn"])["ProjectPolicies"]
    (statement,) = json.loads(policy["PolicyDocument"])["Statement"]
    return statement


def test_copying_is_allowed_by_a_form_or_in_json_and_nothing_is_left_out(console, signed_in, parts):
    page = signed_in
    page.goto(f"{parts}/versions/v1/copies")
    page.get_by_role("button", name="Add a policy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("partners")
    dialog.get_by_label("Who").fill("444455556666")
    expect(dialog.get_by_text("There is no account 444455556666 here.")).to_be_visible()
    take_pictures(page, "policy-form")
    assert axe_findings(page) == []
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="partners")
    expect(row).to_contain_text("444455556666 may copy v1")
    statement = policy_of(console, parts)
    assert statement["Principal"] == {"AWS": "444455556666"}
    row.get_by_role("button", name="Change the policy partners").click()
    dialog.get_by_text("JSON", exact=True).click()
    text = dialog.get_by_label("Policy document")
    conditions = {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}
    text.fill(json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Surprise": 1}]}))
    expect(dialog.get_by_text("Surprise is not an element of a statement", exact=False)).to_be_visible()
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    text.fill(json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **conditions}]}))
    expect(dialog.get_by_text("This says more than the form can show.", exact=False)).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("This says more than the form can show.")
    assert policy_of(console, parts)["Condition"] == conditions["Condition"]
    row.get_by_role("button", name="Delete the policy partners").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("None: only this account may copy.")).to_be_visible()


def test_a_version_is_copied_into_another_project(console, signed_in, parts):
    page = signed_in
    console.client("rekognition").create_project(ProjectName="production")
    page.goto(f"{parts}/versions/v1/copies")
    page.get_by_label("Project", exact=True).click()
    page.get_by_role("option", name="production").click()
    expect(page.get_by_label("Version name")).to_have_value("v1")
    take_pictures(page, "copies")
    assert axe_findings(page) == []
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_url("**/production/versions/v1")
    expect(page.get_by_text("12 test pictures right.")).to_be_visible()
    link = page.get_by_role("link", name=f"{parts.rsplit('/', 1)[1]}/v1")
    expect(link).to_be_visible()
    assert version_of(console, "/production")["Status"] == "COPYING_COMPLETED"
    take_pictures(page, "copy")


def test_the_newest_model_guesses_and_a_person_accepts(console, signed_in, parts):
    page, name = signed_in, parts.rsplit("/", 1)[1]
    rekognition, s3 = console.client("rekognition"), console.client("s3")
    project = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"][0]
    train = next(item["DatasetArn"] for item in project["Datasets"] if item["DatasetType"] == "TRAIN")
    # A dataset's pictures lie in one bucket.
    (first, *_) = rekognition.list_dataset_entries(DatasetArn=train, MaxResults=1)["DatasetEntries"]
    bucket = json.loads(first)["source-ref"].split("/")[2]
    lines = []
    for number, drawn in enumerate(draw_set("classification", 4, seed=11)):
        file = io.BytesIO()
        drawn.image.save(file, "PNG")
        s3.put_object(Bucket=bucket, Key=f"to-guess/{number}.png", Body=file.getvalue())
        lines.append(json.dumps({"source-ref": f"s3://{bucket}/to-guess/{number}.png"}))
    rekognition.update_dataset_entries(DatasetArn=train, Changes={"GroundTruth": "\n".join(lines).encode()})
    listed = {"DatasetArn": train, "SourceRefContains": "to-guess"}
    until(lambda: len(rekognition.list_dataset_entries(**listed)["DatasetEntries"]) == 4)
    page.goto(f"{parts}/datasets")
    page.get_by_role("button", name="Let the newest model guess").first.click()
    expect(page.get_by_role("button", name="Look at them one by one")).to_be_visible(timeout=TRAINED_MS)
    assert look_closely(page, "drafts") == []
    page.get_by_role("button", name="Look at them one by one").click()
    shown(page)
    expect(page.get_by_text("The model guesses:")).to_be_visible()
    assert look_closely(page, "labelling-drafts") == []
    at_position(page, 1, 4)
    page.keyboard.press("t")
    at_position(page, 2, 4)
    saved(page)
    (line,) = rekognition.list_dataset_entries(**listed, Labeled=True)["DatasetEntries"]
    line = json.loads(line)
    (metadata,) = [
        value for key, value in line.items() if key.endswith("-metadata") and "class-name" in value
    ]
    assert metadata["class-name"] in ("bolt", "nut", "washer")
    assert metadata["human-annotated"] == "yes", "a person has looked at it"
    page.go_back()
    expect(page.get_by_text("(3)")).to_be_visible()


def relabelled(line: str, old: str, new: str) -> str:
    """Return a line whose label is another; the picture's address keeps its name."""
    values = json.loads(line)
    source = values.pop("source-ref")
    return json.dumps({"source-ref": source, **json.loads(json.dumps(values).replace(old, new))})


def test_a_version_says_what_changed_since_and_is_deleted_by_its_name(console, signed_in, parts):
    page, name = signed_in, parts.rsplit("/", 1)[1]
    page.goto(f"{parts}/versions")
    row = page.get_by_role("row").filter(has_text="v1")
    expect(row).to_contain_text("Nothing to compare with")
    rekognition = console.client("rekognition")
    project = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"][0]
    train = next(item["DatasetArn"] for item in project["Datasets"] if item["DatasetType"] == "TRAIN")
    lines = rekognition.list_dataset_entries(DatasetArn=train)["DatasetEntries"]
    nuts = [relabelled(line, "bolt", "nut") for line in lines if '"bolt"' in line][:3]
    changes = {"GroundTruth": "\n".join(nuts).encode()}
    rekognition.update_dataset_entries(DatasetArn=train, Changes=changes)
    page.reload()
    expect(page.get_by_text("3 pictures labelled otherwise")).to_be_visible()
    take_pictures(page, "versions")
    assert axe_findings(page) == []
    row.get_by_role("link", name="v1").click()
    expect(page.get_by_role("heading", name="v1", level=1)).to_be_visible()
    expect(page.get_by_text("12 test pictures right.")).to_be_visible()
    take_pictures(page, "version")
    assert axe_findings(page) == []
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("v2")
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    dialog.get_by_role("textbox").fill("v1")
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/versions")
    versions = rekognition.describe_project_versions(ProjectArn=project["ProjectArn"])
    assert versions["ProjectVersionDescriptions"] == []


def test_what_is_missing_is_said_with_the_button_that_leads_there(console, signed_in):
    page = signed_in
    rekognition = console.client("rekognition")
    rekognition.create_project(ProjectName="nothing-to-learn")
    page.goto("/console/projects/rekognition/nothing-to-learn/train")
    expect(page.get_by_text("There are no pictures to learn from yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Start training")).to_be_disabled()
    take_pictures(page, "train-missing")
    assert axe_findings(page) == []
    page.get_by_role("link", name="Add pictures").click()
    page.wait_for_url("**/nothing-to-learn/datasets**")


def take_away(console, route: str, label: str, count: int) -> dict[str, bytes]:
    """Delete the first pictures of a label from the bucket behind the product's back; return them."""
    rekognition, s3 = console.client("rekognition"), console.client("s3")
    (project,) = rekognition.describe_projects(ProjectNames=[route.rsplit("/", 1)[1]])["ProjectDescriptions"]
    train = next(item["DatasetArn"] for item in project["Datasets"] if item["DatasetType"] == "TRAIN")
    lines = rekognition.list_dataset_entries(DatasetArn=train, ContainsLabels=[label])["DatasetEntries"]
    taken = {}
    for line in lines[:count]:
        bucket, _, key = json.loads(line)["source-ref"].removeprefix("s3://").partition("/")
        taken[f"{bucket}/{key}"] = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.delete_object(Bucket=bucket, Key=key)
    return taken


def test_a_failed_training_says_which_pictures_are_to_blame_and_is_mended(console, signed_in):
    page, s3 = signed_in, console.client("s3")
    route = make_example(console, "sort-parts")
    taken = take_away(console, route, "bolt", 12)
    page.goto(f"{route}/train")
    page.get_by_text("Seconds", exact=True).click()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("The training came to nothing")).to_be_visible(timeout=TRAINED_MS)
    expect(page.get_by_text("Too many pictures of the training dataset cannot be used.")).to_be_visible()
    name = sorted(taken)[0].rsplit("/", 1)[1]
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("The picture is missing, broken, or may not be read.")
    # Their thumbnails are not there either.
    page.vedette_watch.errors.clear()
    take_pictures(page, "failed")
    assert axe_findings(page) == []
    row.get_by_role("link", name=f"Show the picture {name}").click()
    page.wait_for_url(f"**/datasets/train?name={name}**")  # the region joins it after a moment
    for address, picture in taken.items():
        bucket, _, key = address.partition("/")
        s3.put_object(Bucket=bucket, Key=key, Body=picture, ContentType="image/jpeg")
    page.goto(f"{route}/versions/v1")
    page.get_by_role("button", name="Train again").click()
    expect(page.get_by_text("How good v2 is")).to_be_visible(timeout=TRAINED_MS)
    budget = console.client("rekognition").list_tags_for_resource(
        ResourceArn=version_of(console, route, "v2")["ProjectVersionArn"]
    )["Tags"]
    assert budget == {"vedette:training-budget": "fast"}
    page.vedette_watch.errors.clear()


def test_a_lookout_training_is_watched_stopped_and_begun_again(console, signed_in):
    page = signed_in
    route = make_example(console, "find-scratches")
    page.goto(f"{route}/train")
    expect(page.get_by_text("Whether something is wrong, and where")).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("1 is being trained")).to_be_visible()
    take_pictures(page, "training")
    page.get_by_role("button", name="Stop the training").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop the training").click()
    expect(page.get_by_text("The training was stopped", exact=True)).to_be_visible()
    models = console.client("lookoutvision").list_models(ProjectName=route.rsplit("/", 1)[1])["Models"]
    assert [(model["Status"], model["StatusMessage"]) for model in models] == [
        ("TRAINING_FAILED", "The training was stopped on request before it ended.")
    ]
    page.get_by_role("link", name="Train another version").click()
    expect(page.get_by_text("Everything that a training needs is there")).to_be_visible()
