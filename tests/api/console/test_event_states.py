"""What the console is told of an account's work, as it is now."""

from types import SimpleNamespace

from vedette.api.console.event_states import ConsoleEvent, states_of

PROJECT = SimpleNamespace(id=1, arn="arn:boards", name="boards")
NOTHING = SimpleNamespace(progress=lambda _: {})


def test_an_import_and_an_export_are_told_as_they_are_now():
    work = {"project": 1, "status": "reading", "message": "", "completed": 3, "total": 9}
    wish = SimpleNamespace(dataset="train", address="s3://b/out")
    SimpleNamespace(id="e", wish=wish, left_out=2, **work)
    house = SimpleNamespace(
        projects=SimpleNamespace(of_account=lambda _: [PROJECT]),
        datasets=SimpleNamespace(of_projects=lambda _: {}),
        suggestions=NOTHING,
        drafts=NOTHING,
        imports=SimpleNamespace(of_projects=lambda _: [SimpleNamespace(id="i", **work)]),
        exports=SimpleNamespace(
            of_projects=lambda _: [SimpleNamespace(id="e", wish=wish, left_out=2, **work)]
        ),
        versions=SimpleNamespace(tally=lambda _: {}, in_state=lambda *_: []),
    )
    facts = {"projectArn": "arn:boards", "status": "reading", "message": "", "done": 3, "total": 9}
    of_export = {"projectName": "boards", "datasetType": "train", "exportId": "e", "address": "s3://b/out"}
    assert states_of(house, "7") == {
        "import/i": ConsoleEvent(0, "7", "import", "arn:boards", {**facts, "importId": "i"}),
        "export/e": ConsoleEvent(0, "7", "export", "arn:boards", {**facts, **of_export, "leftOut": 2}),
    }
