"""What other servers have put into service, as the rows say, against what is hosted here."""

from dataclasses import dataclass

from vedette.serving.following import changes


@dataclass
class Row:
    id: int
    state: str


def test_rows_in_service_are_hosted_those_stopping_stopped_and_the_rest_let_go():
    rows = [Row(1, "running"), Row(2, "starting"), Row(3, "stopping")]
    found = changes(rows, before=[1, 3, 4])
    assert [version.id for version in found.host] == [1, 2]
    assert [version.id for version in found.stop] == [3]
    assert found.let_go == [4]


def test_what_was_put_into_service_after_the_rows_were_read_is_not_let_go():
    assert changes([], before=[]).let_go == []
