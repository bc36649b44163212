"""The parent's side: hands tasks to workers, watches deadlines, replaces what ended.

Runs in a thread of its own, so that a deadline is kept while the consumer of
the results is busy. Each worker has its own socket: one that dies in the
middle of an answer spoils nobody else's.
"""

import contextlib
import queue
import selectors
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import ExecutorError
from workbench.executor import line, nursery, wire
from workbench.executor.outcome import Outcome
from workbench.executor.task import Task, exit_words
from workbench.executor.worker import Answer

__all__ = ["Pool", "Task"]

_MOST_RESTARTS = 3


@dataclass(eq=False)
class _Worker:
    pid: int
    channel: socket.socket
    served: int = 0
    task: Task | None = None
    since: float = 0.0
    is_ending: bool = False
    timed_out: bool = False


@dataclass(kw_only=True)
class Pool:
    """A fixed number of workers and the tasks that wait for them.

    Parameters
    ----------
    size : workers
    timeout_s : seconds that one task may take
    memory_bytes : private memory of one worker, 0 for no limit
    tasks_per_worker : after so many a worker is replaced, 0 for never
    preload : modules that are loaded before workers are forked
    """

    size: int
    timeout_s: float
    memory_bytes: int
    tasks_per_worker: int
    preload: Sequence[str]
    _waiting: deque[Task] = field(default_factory=deque)
    _workers: dict[int, _Worker] = field(default_factory=dict)
    _discarded: "set[queue.SimpleQueue[Outcome[Any] | ExecutorError]]" = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _fault: ExecutorError | None = None
    _is_ready: bool = False
    _opened_at: float = 0.0
    _closing: bool = False
    _restarts: int = 0

    def start(self) -> None:
        """Start the nursery and the thread that serves it; tasks may be queued while it is still loading.

        Raises
        ------
        ExecutorError
            No process can be started.
        """
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._open_nursery()
        self._thread = threading.Thread(target=self._run, name="workbench-executor", daemon=True)
        self._thread.start()

    def submit(self, task: Task) -> None:
        """Queue a task; its outcome arrives in its own queue."""
        with self._lock:
            if self._fault is not None:
                raise self._fault
            self._waiting.append(task)
        self._nudge()

    def discard(self, answers: "queue.SimpleQueue[Outcome[Any] | ExecutorError]") -> None:
        """Drop all tasks whose outcomes nobody waits for any more, running ones too."""
        with self._lock:
            self._discarded.add(answers)
        self._nudge()

    def close(self) -> None:
        """End every process and wait until they are gone."""
        self._closing = True
        self._nudge()
        self._thread.join()
        self._line.close(at_once=not self._is_ready)
        self._selector.close()
        for worker in self._workers.values():
            worker.channel.close()
        self._woken.close()
        self._wake.close()

    def _open_nursery(self) -> None:
        self._line = line.open_nursery(self.memory_bytes, self.preload)
        self._is_ready, self._opened_at = False, time.monotonic()
        self._selector.register(self._line.control, selectors.EVENT_READ)

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b"!")

    # Below here everything happens in the pool's own thread.

    def _run(self) -> None:
        try:
            while not self._closing:
                self._drop_discarded()
                self._fork_missing()
                self._hand_out()
                for key, _ in self._selector.select(self._until_deadline()):
                    self._attend(key)
                self._end_late()
        except Exception as fault:  # nobody may wait for ever for a thread that is gone
            self._give_up(ExecutorError(f"No worker process can be kept alive: {fault}"))

    def _attend(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._woken:
            self._woken.recv(4096)
        elif key.fileobj is self._line.control:
            self._listen()
        elif (worker := key.data) is not None and worker.pid in self._workers:
            self._receive(worker)

    def _listen(self) -> None:
        message = self._line.hear()
        if message is None:
            self._replace_nursery()
            return
        kind, *values = message
        if kind == nursery.ENDED:
            self._bury(*values)
        elif kind == nursery.READY:
            self._is_ready = True

    def _fork_missing(self) -> None:
        while self._is_ready and sum(not worker.is_ending for worker in self._workers.values()) < self.size:
            ours, theirs = socket.socketpair()
            with theirs:
                self._line.order(nursery.FORK, channel=theirs)
            pid = self._next_pid()
            if pid is None:
                ours.close()
                return
            # A worker that stops in the middle of an answer must not stop this thread.
            ours.settimeout(self.timeout_s)
            worker = _Worker(pid=pid, channel=ours)
            self._workers[pid] = worker
            self._selector.register(ours, selectors.EVENT_READ, worker)

    def _next_pid(self) -> int | None:
        """Wait for the nursery's word that it forked; burials may come before it."""
        while True:
            message = self._line.hear()
            if message is None:
                self._replace_nursery()
                return None
            kind, *values = message
            if kind == nursery.FORKED:
                return int(values[0])
            self._bury(*values)

    def _hand_out(self) -> None:
        for worker in list(self._workers.values()):
            if worker.task is not None or worker.is_ending:
                continue
            with self._lock:
                task = self._waiting.popleft() if self._waiting else None
            if task is None:
                return
            self._give(worker, task)

    def _give(self, worker: _Worker, task: Task) -> None:
        try:
            worker.task, worker.since = task, time.monotonic()
            wire.send(worker.channel, (task.function, task.argument))
        except OSError:
            worker.task = None
            self._end(worker)
            task.refusals += 1
            if task.refusals > 2:
                task.fail("killed", "No worker stayed alive to take it.", 0.0)
                return
            with self._lock:
                self._waiting.appendleft(task)
        except Exception as fault:  # pickling runs the argument's own code
            worker.task = None
            hint = "functions and arguments must be importable by name: define them in a module"
            task.fail("error", f"The task cannot be sent to a worker ({fault}); {hint}.", 0.0)

    def _receive(self, worker: _Worker) -> None:
        try:
            answer: Answer = wire.receive(worker.channel)
        except (EOFError, OSError):
            self._end(worker)
            return
        except Exception as fault:  # unpickling runs the result's own code
            answer = Answer(None, "error", f"Its result cannot be read here: {type(fault).__name__}: {fault}", 0.0)
        task, worker.task = worker.task, None
        worker.served += 1
        self._restarts = 0
        if task is not None:
            task.pass_on(answer)
        # A worker that hit its limit may be left with fragments; a fresh one is cheaper than a doubtful one.
        if worker.served == self.tasks_per_worker or answer.failure == "memory":
            self._end(worker)

    def _end(self, worker: _Worker, *, timed_out: bool = False) -> None:
        if worker.is_ending:
            return
        worker.is_ending, worker.timed_out = True, timed_out
        self._selector.unregister(worker.channel)
        self._line.order(nursery.KILL, pid=worker.pid)

    def _bury(self, pid: int, exit_code: int) -> None:
        worker = self._workers.pop(pid, None)
        if worker is None:
            return
        if not worker.is_ending:
            self._salvage(worker)
            self._selector.unregister(worker.channel)
        worker.channel.close()
        task, seconds = worker.task, time.monotonic() - worker.since
        if task is None:
            return
        if worker.timed_out:
            task.fail("timeout", f"It took longer than {self.timeout_s:g} s and was ended.", seconds)
        elif exit_code == -signal.SIGKILL:
            task.fail("killed", f"Its worker process ended ({exit_words(exit_code)}).", seconds)
        else:
            task.fail("died", f"Its worker process ended by itself ({exit_words(exit_code)}).", seconds)

    def _salvage(self, worker: _Worker) -> None:
        """Take an answer that was complete before its worker ended."""
        worker.channel.setblocking(False)
        try:
            answer: Answer = wire.receive(worker.channel)
        except Exception:  # there is none, or half of one
            return
        task, worker.task = worker.task, None
        if task is not None:
            task.pass_on(answer)

    def _until_deadline(self) -> float | None:
        if not self._is_ready:
            return max(0.0, self._opened_at + line.START_TIMEOUT_S - time.monotonic())
        busy = [worker.since for worker in self._workers.values() if worker.task is not None and not worker.is_ending]
        return max(0.0, min(busy) + self.timeout_s - time.monotonic()) if busy else None

    def _end_late(self) -> None:
        now = time.monotonic()
        if not self._is_ready and now - self._opened_at >= line.START_TIMEOUT_S:
            self._replace_nursery()
        for worker in list(self._workers.values()):
            if worker.task is not None and not worker.is_ending and now - worker.since >= self.timeout_s:
                self._end(worker, timed_out=True)

    def _drop_discarded(self) -> None:
        with self._lock:
            gone, self._discarded = self._discarded, set()
            if not gone:
                return
            kept = [task for task in self._waiting if task.answers not in gone]
            self._waiting.clear()
            self._waiting.extend(kept)
        for worker in self._workers.values():
            if worker.task is not None and worker.task.answers in gone:
                worker.task = None
                self._end(worker)

    def _replace_nursery(self) -> None:
        """Start again when the nursery itself was killed; its workers died with it."""
        self._restarts += 1
        self._selector.unregister(self._line.control)
        self._line.close(at_once=True)
        for pid in list(self._workers):
            self._bury(pid, -signal.SIGKILL)
        if self._restarts > _MOST_RESTARTS:
            raise ExecutorError(
                "the process that forks them ends again and again; is there memory left, and does 'workbench doctor' "
                "find everything installed?"
            )
        self._open_nursery()

    def _give_up(self, fault: ExecutorError) -> None:
        with self._lock:
            self._fault = fault
            tasks = [*self._waiting, *(worker.task for worker in self._workers.values() if worker.task is not None)]
            self._waiting.clear()
        for answers in {task.answers for task in tasks}:
            answers.put(fault)
