"""Runs tasks that wait for each other, as many at once as the machine has cores."""

import concurrent.futures
import dataclasses
import os
import signal
import subprocess
import threading
import time
import traceback
from typing import Callable

from results import Outcome


@dataclasses.dataclass
class Task:
    name: str
    tier: str
    work: Callable[[], Outcome]
    needs: tuple = ()
    cores: int = 1  # how many it fills; a build or clang-tidy fills all
    counts: bool = True  # False: a build, which is a failure when it fails and no test when it does not


class Commands:
    """Runs commands and keeps hold of them, so that none is left behind."""

    def __init__(self):
        self._lock = threading.Lock()
        self._running = set()

    def run(self, command, log, timeout, env=None):
        """The exit code (None: out of time) and what was printed; both outputs go to `log`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                       env={**os.environ, **(env or {})}, start_new_session=True)
            with self._lock:
                self._running.add(process)
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                self._end(process)
        return code, log.read_text(errors="replace")

    def _end(self, process):
        """Ends whatever is left of the command's process group."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        with self._lock:
            self._running.discard(process)

    def end_all(self):
        with self._lock:
            left = list(self._running)
        for process in left:
            self._end(process)


def run_all(tasks, cores, on_done):
    """Runs the tasks in their order as cores become free; calls on_done(task, outcome) on this thread for each.

    A task whose need failed is not run and counts as one failure.
    """
    waiting, running, done = list(tasks), {}, {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(tasks) or 1) as threads:
        while waiting or running:
            for task in [t for t in waiting if all(n in done for n in t.needs)]:
                broken = [n for n in task.needs if done[n].failed]
                if broken:
                    waiting.remove(task)
                    done[task.name] = Outcome(failures=[f"{task.name}: not run, because {broken[0]} failed"])
                    on_done(task, done[task.name])
                elif sum(t.cores for t in running.values()) < cores:
                    waiting.remove(task)
                    running[threads.submit(_timed, task.work)] = task
            if not running:
                if waiting and not any(n in done and done[n].failed for t in waiting for n in t.needs):
                    raise ValueError(f"nothing can start: {[t.name for t in waiting]}")
                continue
            ready, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in ready:
                task = running.pop(future)
                done[task.name] = future.result()
                on_done(task, done[task.name])


def _timed(work):
    start = time.monotonic()
    try:
        outcome = work()
    except Exception:  # a fault of the runner itself is a failure of what it ran
        outcome = Outcome(failures=[traceback.format_exc()])
    outcome.seconds = time.monotonic() - start
    return outcome
