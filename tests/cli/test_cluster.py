"""What `vedette cluster status` makes of an answer, for people."""

import json
from pathlib import Path

import vedette
from vedette.cli.cluster import NODE_COLUMNS, describe

ARN = "arn:aws:rekognition:us-east-1:000000000000:project/boards/version/v1/1"


def test_nodes_work_and_reasons_are_lines():
    lines = describe(
        {
            "Engine": "ray",
            "Address": "head:6379",
            "Problem": "",
            "Nodes": [
                {"NodeName": "10.0.0.3", "State": "draining", "Cores": 2.0, "FreeCores": 0.5, "Memory": 4.0,
                 "FreeMemory": 3.25, "Gpus": 0.0, "FreeGpus": 0.0, "Units": 2, "Trainings": 1},
                {"NodeName": "10.0.0.4", "State": "away", "Problem": "Its clock is apart."},
            ],
            "Work": [
                {"ModelArn": ARN, "Kind": "unit", "NodeName": "10.0.0.3", "Count": 2},
                {"ModelArn": ARN, "Kind": "training", "NodeName": "", "Count": 1, "Stage": "judging"},
            ],
            "Waiting": [
                {"ModelArn": ARN, "Kind": "training", "Position": 3, "Why": "All nodes are taken."},
                {"ModelArn": ARN, "Kind": "unit", "Count": 1, "Why": "The node is away."},
            ],
            "OthersWaiting": 2,
            "Quota": {"MostTrainings": 2, "Trainings": 1, "MostUnits": 0, "Units": 2},
        }
    )  # fmt: skip
    text = "\n".join(lines)
    assert lines[0] == "Ray cluster at head:6379"
    assert "0.5/2" in text
    assert "3.25/4" in text
    assert "10.0.0.4: Its clock is apart." in lines
    assert "being placed" in text
    assert "training, number 3" in text
    assert "All nodes are taken." in text
    assert "2 trainings of other accounts wait, which take turns with yours." in lines
    assert lines[-1] == "Your account has 1 of the 2 trainings at once that it may have."


def test_trouble_comes_first_and_nothing_is_said_of_what_is_not_there():
    quota = {"MostTrainings": 0, "Trainings": 0, "MostUnits": 0, "Units": 0}
    lines = describe(
        {
            "Engine": "ray",
            "Address": "h:1",
            "Problem": "Gone.",
            "Nodes": [],
            "Work": [],
            "Waiting": [],
            "Quota": quota,
        }
    )
    assert lines[:2] == ["Ray cluster at h:1", "✗ Gone."]
    assert not any(line.startswith(("runs", "waits", "Your account")) for line in lines)


def test_each_column_is_something_that_an_answer_has_of_a_node():
    file = Path(vedette.__file__).parent / "wire" / "shapes" / "vedette" / "2026-11-21" / "service-2.json"
    members = json.loads(file.read_text("utf-8"))["shapes"]["ClusterNode"]["members"]
    assert {name for name in NODE_COLUMNS.values() if isinstance(name, str)} <= members.keys()
