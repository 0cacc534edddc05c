"""Workers that read untrusted files: limited in time and memory, killed, replaced, and nobody else's loss."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.workbooks.hostile import HOSTILE
from tests.workbooks.makers import good
from workbooks.pool import Job, Outcome, ReaderPool
from workbooks.read import FileContent

MEBIBYTE = 1 << 20
PID = Job("pid", "os:getpid", ())


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """One pool of two workers, as warm as the tests before left it."""
    with ReaderPool(workers=2, seconds=30) as opened:
        yield opened


def failures(outcomes: list[Outcome]) -> list[str]:
    """Return how each job failed, empty for those that did not."""
    return [outcome.failure for outcome in outcomes]


def is_running(pid: int) -> bool:
    """Tell whether a process is there and not merely waiting to be buried."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_outcomes_come_in_the_order_of_the_jobs(pool: ReaderPool) -> None:
    """Outcomes stand in the order of the jobs, and each is told once when it is done."""
    told: list[str] = []
    jobs = [Job(str(number), "math:factorial", (number,)) for number in range(50)]
    outcomes = pool.run(jobs, lambda outcome: told.append(outcome.job.key))
    assert [outcome.value for outcome in outcomes[:5]] == [1, 1, 2, 6, 24]
    assert [outcome.job for outcome in outcomes] == jobs
    assert sorted(told) == sorted(job.key for job in jobs)


def test_no_jobs_give_no_outcomes(pool: ReaderPool) -> None:
    """Without jobs nothing is started and nothing returned."""
    assert pool.run([]) == []


def test_workers_are_reused() -> None:
    """A worker stays warm from job to job and from run to run."""
    with ReaderPool(workers=1) as pool:
        pids = {outcome.value for outcome in [*pool.run([PID, PID]), *pool.run([PID])]}
    assert len(pids) == 1


def test_a_closed_pool_leaves_no_process() -> None:
    """The workers have ended when the pool is left."""
    with ReaderPool(workers=1) as pool:
        pid = pool.run([PID])[0].value
    assert isinstance(pid, int)
    assert not psutil.pid_exists(pid)


def test_an_exception_is_an_outcome(pool: ReaderPool) -> None:
    """A job that raises fails with the words of the exception."""
    (outcome,) = pool.run([Job("x", "math:factorial", (-1,))])
    assert (outcome.failure, outcome.value) == ("crash", None)
    assert "ValueError" in outcome.reason


@pytest.mark.parametrize("function", ["no.such.module:read", "math:no_such_function", "math"])
def test_an_unknown_function_is_an_outcome(pool: ReaderPool, function: str) -> None:
    """A function that is not there fails its own job only."""
    outcomes = pool.run([Job("x", function, ()), PID])
    assert failures(outcomes) == ["crash", ""]


def test_arguments_that_cannot_travel_are_an_outcome(pool: ReaderPool) -> None:
    """A job whose arguments cannot be pickled fails, and the run ends all the same."""
    outcomes = pool.run([Job("x", "builtins:print", (lambda: None,)), PID, PID])
    assert failures(outcomes) == ["crash", "", ""]


def test_a_value_that_cannot_travel_is_an_outcome(pool: ReaderPool) -> None:
    """A job whose value cannot be pickled fails, and the run ends all the same."""
    outcomes = pool.run([Job("x", "threading:Lock", ()), PID])
    assert failures(outcomes) == ["crash", ""]


def test_what_a_job_prints_does_not_disturb() -> None:
    """Output of a job does not get between the answers."""
    with ReaderPool(workers=1) as pool:
        outcomes = pool.run([Job("x", "builtins:print", ("many", "words")), PID])
    assert failures(outcomes) == ["", ""]


def test_a_job_over_its_time_is_killed() -> None:
    """A job over the time limit fails with timeout, and the next job gets a new worker."""
    with ReaderPool(workers=1, seconds=0.5) as pool:
        first = pool.run([PID])[0].value
        began = time.monotonic()
        outcomes = pool.run([Job("x", "time:sleep", (60,)), PID])
        took = time.monotonic() - began
    assert failures(outcomes) == ["timeout", ""]
    assert outcomes[1].value != first
    assert took < 20


def test_a_job_over_its_memory_is_killed() -> None:
    """A job over the memory limit fails with memory, and the other jobs are done."""
    hungry = Job("x", "builtins:list", (range(60_000_000),))
    with ReaderPool(workers=2, memory_bytes=300 * MEBIBYTE) as pool:
        outcomes = pool.run([PID, hungry, PID, PID])
    assert failures(outcomes) == ["", "memory", "", ""]


@pytest.mark.skipif(sys.platform != "linux", reason="the hard limit is the kernel's")
def test_one_huge_allocation_is_refused() -> None:
    """An allocation over the hard limit fails at once, before anything is used up."""
    with ReaderPool(workers=1) as pool:
        outcomes = pool.run([Job("x", "builtins:bytearray", (3 << 30,)), PID])
    assert failures(outcomes) == ["memory", ""]


def test_a_dying_worker_costs_its_own_job_only() -> None:
    """A worker that dies is replaced, and the jobs after it are done."""
    with ReaderPool(workers=2) as pool:
        outcomes = pool.run([PID, Job("x", "os:abort", ()), PID, Job("y", "os:_exit", (3,)), PID])
    assert failures(outcomes) == ["", "crash", "", "crash", ""]


def test_a_worker_that_keeps_much_memory_is_replaced() -> None:
    """What one job leaves behind is not held against the next."""
    hoard = Job("y", "builtins:exec", ("import sys; sys.hoard = list(range(5_000_000))",))
    with ReaderPool(workers=1, memory_bytes=330 * MEBIBYTE) as pool:
        outcomes = pool.run([PID, hoard, PID])
    assert failures(outcomes) == ["", "", ""]
    assert outcomes[0].value != outcomes[2].value


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_workers_inherit_no_open_file(tmp_path: Path) -> None:
    """A file that is open (and locked) here is not open in a worker, even where it could be inherited."""
    with (tmp_path / "writer.lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        seen = (
            "[__import__('os').path.realpath(f'/proc/self/fd/{n}') for n in __import__('os').listdir('/proc/self/fd')]"
        )
        with ReaderPool(workers=1) as pool:
            (outcome,) = pool.run([Job("x", "builtins:eval", (seen,))])
    assert isinstance(outcome.value, list)
    assert str(tmp_path / "writer.lock") not in outcome.value


def test_workers_end_with_their_parent() -> None:
    """A worker ends when the process that started it is gone."""
    program = (
        "import os\nfrom workbooks.pool import Job, ReaderPool\n"
        "pool = ReaderPool(workers=1)\n"
        "print(pool.run([Job('x', 'os:getpid', ())])[0].value, flush=True)\nos._exit(1)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    deadline = time.monotonic() + 20
    worker = int(told.stdout)
    while is_running(worker):
        assert time.monotonic() < deadline


ORPHAN = """
import fcntl
import sys
from workbooks.pool import Job, ReaderPool
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
pool = ReaderPool(workers=2)
pids = pool.run([Job("x", "os:getpid", ()), Job("x", "time:sleep", (0.3,)), Job("x", "os:getpid", ())])
print("at work", flush=True)
pool.run([Job("a", "re:match", ("(a+)+b", "a" * 60)), Job("b", "time:sleep", (60,))])
"""
"""A process that holds a lock while its workers are busy: one in a library that holds the interpreter, one asleep."""


@pytest.mark.skipif(sys.platform == "win32", reason="a busy worker outlives its parent there until its job is done")
def test_busy_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Where the parent is killed, its lock is free at once and its busy workers end within seconds."""
    import fcntl

    path = tmp_path / "writer.lock"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", ORPHAN, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "at work\n"
        workers = psutil.Process(parent.pid).children()
        deadline = time.monotonic() + 20
        while not any(worker.cpu_times().user > 0.1 and worker.status() == "running" for worker in workers):
            assert time.monotonic() < deadline
        parent.kill()
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert len(workers) == 2
    deadline = time.monotonic() + 10
    while any(is_running(worker.pid) for worker in workers):
        assert time.monotonic() < deadline


def test_a_worker_that_is_killed_from_outside(tmp_path: Path) -> None:
    """A worker that somebody kills in the midst of a job costs that job only."""
    note = tmp_path / "pid"
    program = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    jobs = [Job("x", "builtins:exec", (program,)), *[PID] * 5]

    def killer(outcome: Outcome) -> None:
        deadline = time.monotonic() + 20
        while outcome.job is PID and not (note.exists() and note.read_text()):
            assert time.monotonic() < deadline
        if outcome.job is PID:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(int(note.read_text())).kill()

    with ReaderPool(workers=2) as pool:
        assert failures(pool.run(jobs, killer)) == ["crash", "", "", "", "", ""]


def test_a_run_that_is_given_up() -> None:
    """What on_done raises comes out at once; the jobs that are left are not done, and the pool goes on working."""

    def stop(_outcome: Outcome) -> None:
        raise KeyboardInterrupt

    with ReaderPool(workers=2) as pool:
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            pool.run([PID, *[Job("x", "time:sleep", (60,))] * 4], stop)
        assert time.monotonic() - began < 20
        assert failures(pool.run([PID, PID])) == ["", ""]


def test_names_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files called like our packages in the folder one stands in (a share) are not taken for them."""
    for name in ("sync.py", "schemas.py", "workbooks.py", "psutil.py"):
        (tmp_path / name).write_text("raise SystemExit('not ours')", encoding="utf-8")
    (tmp_path / "a.xlsx").write_bytes(good())
    monkeypatch.chdir(tmp_path)
    job = Job("a", "workbooks.read:read_file", (Path("a.xlsx"), "a.xlsx"))
    with ReaderPool(workers=1) as pool:
        (outcome,) = pool.run([job])
    assert isinstance(outcome.value, FileContent)
    assert outcome.value.findings == ()


def test_a_panic_is_an_outcome() -> None:
    """What a library in another language stumbles over, and what it says then, stays within its job."""
    job = Job("x", "builtins:exec", ("class PanicException(BaseException): ...\nraise PanicException('oops')",))
    with ReaderPool(workers=1) as pool:
        outcomes = pool.run([PID, job, PID])
    assert failures(outcomes) == ["", "crash", ""]
    assert outcomes[0].value == outcomes[2].value


def test_hostile_files_cost_nobody_else(tmp_path: Path) -> None:
    """Every hostile file ends in its finding, and the honest files among them are read."""
    jobs, wanted = [], {}
    for number, (name, (maker, extension, codes)) in enumerate(HOSTILE.items()):
        path = tmp_path / f"{number}{extension}"
        path.write_bytes(maker())
        jobs.append(Job(name, "workbooks.read:read_file", (path, path.name)))
        wanted[name] = codes
        if number % 10 == 0:
            honest = tmp_path / f"good{number}.xlsx"
            honest.write_bytes(good())
            jobs.append(Job(honest.name, "workbooks.read:read_file", (honest, honest.name)))
            wanted[honest.name] = {"OK"}
    with ReaderPool(workers=2, seconds=20) as pool:
        outcomes = pool.run(jobs)
    found = {}
    for outcome in outcomes:
        assert isinstance(outcome.value, FileContent), outcome
        found[outcome.job.key] = [finding.code for finding in outcome.value.findings] or ["OK"]
    assert {name: codes for name, codes in found.items() if not wanted[name] & set(codes)} == {}


def test_jobs_whose_turn_has_not_come_are_left_out() -> None:
    """When the patience of a run ends, what has begun is finished, and the rest is not begun."""
    jobs = [Job(str(number), "operator:add", (number, 1)) for number in range(50)]
    with ReaderPool(workers=1) as pool:
        outcomes = pool.run(jobs, patience_seconds=0)
        assert len(outcomes) < len(jobs)
        assert [outcome.value for outcome in outcomes] == [int(outcome.job.key) + 1 for outcome in outcomes]
        assert len(pool.run(jobs)) == len(jobs)
