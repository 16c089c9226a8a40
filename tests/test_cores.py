"""How many cores are idle, by the kernel's own count of what is ready to run."""

import pytest

from vedette.cores import IdleCores, count_cores


@pytest.mark.parametrize(
    ("line", "idle"),
    [
        ("0.17 0.87 1.72 1/230 25394\n", 3),
        ("0.17 0.87 1.72 3/230 25394\n", 1),
        ("9.00 9.00 9.00 4/230 25394\n", 0),
        ("9.00 9.00 9.00 11/230 25394\n", 0),
        ("0.00 0.00 0.00 0/0 0\n", 0),  # a sandbox that counts nothing: whoever asks is running
        ("0.17 0.87 1.72\n", 0),
        ("something else / in here\n", 0),
        ("", 0),
    ],
)
def test_of_four_cores_those_are_idle_that_nobody_is_ready_to_run_on(tmp_path, line, idle):
    file = tmp_path / "loadavg"
    file.write_text(line, "utf-8")
    assert IdleCores(file, 4).count() == idle


def test_each_look_reads_anew(tmp_path):
    file = tmp_path / "loadavg"
    file.write_text("0 0 0 1/9 9\n", "utf-8")
    idle = IdleCores(file, 2)
    assert idle.count() == 1
    file.write_text("0 0 0 2/9 9\n", "utf-8")
    assert idle.count() == 0


def test_where_the_system_does_not_tell_no_core_is_idle(tmp_path):
    assert IdleCores(tmp_path / "none", 4).count() == 0


def test_no_more_cores_are_idle_than_there_are():
    assert 0 <= IdleCores().count() <= count_cores() - 1
