"""How many cores are idle, by the kernel's own count of what is ready to run, and a thread that helps."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vedette import cores
from vedette.cores import Helper, IdleCores, claim_core, count_cores, limited_cores

binds = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system binds no threads")


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


def claimed(turn):
    """Claim a core in a thread of its own; return where that thread may run then, and the others' cores."""

    def claim():
        others = claim_core(turn)
        return os.sched_getaffinity(0), others

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(claim).result()


@binds
def test_a_thread_has_one_core_and_leaves_the_others_to_those_that_help_it():
    cores = os.sched_getaffinity(0)
    for turn in range(2 * len(cores)):
        own, others = claimed(turn)
        assert len(own) == 1
        assert own | set(others) == cores
        assert not own & set(others)
    assert os.sched_getaffinity(0) == cores


@binds
def test_two_turns_after_each_other_share_no_core():
    if count_cores() > 1:
        assert claimed(7)[0] != claimed(8)[0]


def test_where_threads_cannot_be_bound_all_run_anywhere(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse, raising=False)
    assert claim_core(0) == ()
    monkeypatch.delattr(os, "sched_setaffinity")
    assert claim_core(0) == ()


@pytest.fixture
def helper():
    """A helper on the first core, for which there is always one."""
    helping = Helper(
        sorted(os.sched_getaffinity(0))[:1] if hasattr(os, "sched_getaffinity") else (), lambda: 1
    )
    yield helping
    helping.close()


def where():
    return threading.current_thread().name


@pytest.mark.parametrize("count", range(6))
def test_the_later_half_is_done_by_the_helper_and_the_results_are_in_order(helper, count):
    done = helper.spread([lambda number=number: (number, where()) for number in range(count)])
    assert [number for number, _ in done] == list(range(count))
    helped = [name.startswith("helper") for _, name in done]
    assert helped == [number >= (count + 1) // 2 for number in range(count)]


def test_both_halves_run_at_once(helper):
    met = threading.Barrier(2)
    assert sorted(helper.spread([lambda: met.wait(60), lambda: met.wait(60)])) == [0, 1]


@binds
def test_the_helper_runs_on_the_cores_that_it_was_given(helper):
    _, cores = helper.spread([lambda: None, lambda: os.sched_getaffinity(0)])
    assert cores == set(sorted(os.sched_getaffinity(0))[:1])


def test_without_an_idle_core_nobody_helps():
    helper = Helper((), lambda: 0)
    assert helper.spread([where, where]) == [where()] * 2
    helper.close()


@pytest.mark.parametrize("who", [0, 1])
def test_a_failure_is_told_when_both_have_ended(helper, who):
    ended = []

    def work(number):
        if number == who:
            raise ValueError(number)
        ended.append(number)

    with pytest.raises(ValueError, match=str(who)):
        helper.spread([lambda: work(0), lambda: work(1)])
    assert ended == [1 - who]
    assert helper.spread([lambda: 1, lambda: 2]) == [1, 2]


@pytest.mark.parametrize(
    ("groups", "files", "count"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 2),  # one and a half
        ("0::/\n", {"cpu.max": "20000 100000\n"}, 1),
        ("0::/\n", {"cpu.max": "max 100000\n"}, 64),
        ("0::/a/b\n", {"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "500000 100000\n"}, 3),
        # In a container without names of its own the group is that of the machine, and the root is its own.
        ("0::/machine/docker/7f\n", {"cpu.max": "400000 100000\n"}, 4),
        # Version 1: without a limit the quota is -1.
        (
            "2:cpu,cpuacct:/d\n",
            {"cpu/d/cpu.cfs_quota_us": "250000\n", "cpu/d/cpu.cfs_period_us": "100000\n"},
            3,
        ),
        ("2:cpu:/\n0::/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 64),
        ("4:memory:/d\n", {"cpu.max": "100000 100000\n"}, 64),  # not in a group that holds cores
        ("0::/\n", {"cpu.max": "100000 0\n"}, 64),
        ("nothing that can be read\n", {}, 64),
    ],
)
def test_a_container_has_as_many_cores_as_its_time_is_worth(tmp_path, monkeypatch, groups, files, count):
    for name, text in files.items():
        (tmp_path / "limits" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "limits" / name).write_text(text, "ascii")
    (tmp_path / "groups").write_text(groups, "utf-8")
    held_by(monkeypatch, tmp_path)
    assert count_cores() == count
    assert limited_cores() == (None if count == 64 else count)


def held_by(monkeypatch, folder):
    """Let the groups of a folder say what of sixty-four cores this process may use."""
    monkeypatch.setattr(cores, "GROUPS", folder / "groups")
    monkeypatch.setattr(cores, "LIMITS", folder / "limits")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.delenv(cores.SHARE, raising=False)


def test_a_share_that_was_given_counts_before_the_container(tmp_path, monkeypatch):
    held_by(monkeypatch, tmp_path)
    assert (count_cores(), limited_cores()) == (64, None)  # a system without control groups
    monkeypatch.setenv(cores.SHARE, "4")
    assert (count_cores(), limited_cores()) == (4, 4)
