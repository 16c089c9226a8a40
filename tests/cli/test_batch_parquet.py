"""Results as a table: a row a picture, whatever ends a run; read back as other tools read it."""

import json

import pytest

pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")

from pyarrow import parquet

from vedette.cli import batch_parquet
from vedette.cli.batch_outputs import open_results
from vedette.cli.batch_parquet import ResultTable, write_lines_as_table
from vedette.errors import Busy, Wrong

BOX = {"BoundingBox": {"Left": 0.25, "Top": 0.5, "Width": 0.125, "Height": 0.25}}
LABELS = {
    "CustomLabels": [
        {"Name": "bolt", "Confidence": 90.0, "Geometry": BOX},
        {"Name": "scratch", "Confidence": 62.5},
    ]
}
ANOMALY = {
    "DetectAnomalyResult": {
        "Source": {"Type": "direct"},
        "IsAnomalous": True,
        "Confidence": 0.75,
        "Anomalies": [{"Name": "crack", "PixelAnomaly": {"TotalPercentageArea": 0.125, "Color": "#FF0000"}}],
        "AnomalyMask": b"\x89PNG",
    }
}


def rows(path):
    return parquet.read_table(path).to_pylist()


def run(path, results):
    table = open_results(str(path), None)
    assert isinstance(table, ResultTable)
    for name, result in results.items():
        table.put(name, result)
    table.close()


def test_a_row_holds_what_a_line_holds(tmp_path):
    path = tmp_path / "new" / "results.parquet"
    run(
        path,
        {
            "a.jpg": {"response": LABELS},
            "b.jpg": {"response": ANOMALY},
            "c.jpg": {"error": "Gone: it is gone"},
            "d.jpg": {"response": {"CustomLabels": []}},
        },
    )
    first, second, third, fourth = rows(path)
    nothing = dict.fromkeys(("left", "top", "width", "height", "area"))
    assert (first["source"], first["verdicts"], first["confidence"]) == ("a.jpg", ["bolt", "scratch"], 0.9)
    assert first["labels"] == [
        {"name": "bolt", "confidence": 0.9, "left": 0.25, "top": 0.5, "width": 0.125, "height": 0.25}
        | {"area": None},
        {"name": "scratch", "confidence": 0.625} | nothing,
    ]
    assert json.loads(first["response"]) == LABELS
    assert (second["verdicts"], second["confidence"]) == (["crack"], 0.75)
    assert second["labels"] == [{"name": "crack", "confidence": None} | nothing | {"area": 0.125}]
    assert json.loads(second["response"])["DetectAnomalyResult"]["AnomalyMask"] == "iVBORw=="
    assert (third["error"], third["labels"], third["response"]) == ("Gone: it is gone", None, None)
    assert (fourth["verdicts"], fourth["labels"], fourth["error"]) == (["nothing"], [], None)
    assert [item.name for item in path.parent.iterdir()] == ["results.parquet"]


def test_the_next_run_goes_on_and_each_picture_has_one_row(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_parquet, "GROUP", 2)
    path = tmp_path / "results.parquet"
    run(path, {f"{number}.jpg": {"response": LABELS} for number in range(5)})
    again = ResultTable(path)
    assert again.finished() == {f"{number}.jpg" for number in range(5)}
    again.put("5.jpg", {"error": "E: no"})
    again.close()
    assert [row["source"] for row in rows(path)] == [f"{number}.jpg" for number in range(6)]


def test_a_run_that_was_killed_leaves_lines_that_the_next_one_takes_up(tmp_path):
    path = tmp_path / "results.parquet"
    killed = ResultTable(path)
    killed.put("a.jpg", {"response": LABELS})
    # What a kill leaves: the lines without the table, the last of them torn.
    killed._lines.close()
    with (tmp_path / "results.parquet.jsonl").open("ab") as lines:
        lines.write(b'{"source": "b.jp')
    next_run = ResultTable(path)
    assert next_run.finished() == {"a.jpg"}
    next_run.put("b.jpg", {"response": LABELS})
    next_run.close()
    assert [row["source"] for row in rows(path)] == ["a.jpg", "b.jpg"]


def test_a_kill_between_the_table_and_the_removal_of_its_lines_doubles_nothing(tmp_path):
    path = tmp_path / "results.parquet"
    run(path, {"a.jpg": {"response": LABELS}})
    line = json.dumps({"source": "a.jpg", "response": LABELS})
    (tmp_path / "results.parquet.jsonl").write_text(line + "\n")
    run(path, {"b.jpg": {"response": LABELS}})
    assert [row["source"] for row in rows(path)] == ["a.jpg", "b.jpg"]


def test_a_full_disk_keeps_the_lines_and_the_table_before(tmp_path, monkeypatch):
    path = tmp_path / "results.parquet"
    run(path, {"a.jpg": {"response": LABELS}})
    before = path.read_bytes()

    def full(row):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(batch_parquet, "row_of", full)
        with pytest.raises(
            Wrong, match=r"was not written: No space left on device\. Its results are in .*\.jsonl"
        ):
            run(path, {"b.jpg": {"response": LABELS}})
    assert path.read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["results.parquet", "results.parquet.jsonl"]
    run(path, {})
    assert [row["source"] for row in rows(path)] == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("body", [b"", b"PAR1", b"no table at all"])
def test_what_is_no_table_of_results_is_refused_and_stays(tmp_path, body):
    path = tmp_path / "mine.parquet"
    path.write_bytes(body)
    with pytest.raises(Wrong, match="is no result of a batch"):
        ResultTable(path)
    assert path.read_bytes() == body


def test_a_table_of_another_kind_is_refused(tmp_path):
    import pyarrow as pa

    path = tmp_path / "mine.parquet"
    parquet.write_table(pa.table({"source": ["a.jpg"], "price": [3.5]}), path)
    with pytest.raises(Wrong, match="is no result of a batch"):
        ResultTable(path)


def test_two_runs_do_not_write_one_table(tmp_path):
    first = ResultTable(tmp_path / "r.parquet")
    with pytest.raises(Busy, match="Another batch writes"):
        ResultTable(tmp_path / "r.parquet")
    first.close()


def test_the_lines_of_a_server_become_a_table_however_they_are_cut(tmp_path):
    lines = [json.dumps({"source": f"s3://b/{name}.jpg", "response": LABELS}) for name in "abc"]
    body = "\n".join(lines).encode() + b"\n"
    path = tmp_path / "results.parquet"
    write_lines_as_table(path, [body[start : start + 7] for start in range(0, len(body), 7)])
    assert [row["source"] for row in rows(path)] == [f"s3://b/{name}.jpg" for name in "abc"]
