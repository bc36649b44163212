"""The parent's side: hands tasks to workers, watches deadlines, replaces what ended.

Runs in a thread of its own, so that a deadline is kept while the consumer of
the results is busy. Each worker has its own socket: one that dies in the
middle of an answer spoils nobody else's.
"""

import contextlib
import os
import pickle
import queue
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import ExecutorError
from workbench.executor import nursery, wire
from workbench.executor.outcome import Failure, Outcome
from workbench.executor.worker import Answer

_START_TIMEOUT_S = 120.0
_MOST_RESTARTS = 3


@dataclass(eq=False)
class Task:
    """One call to make; `answers` is where its outcome goes.

    Parameters
    ----------
    refusals : how often a worker was gone before it took the task
    """

    key: str
    function: Callable[[Any], Any]  # Any: the caller's own types, here and below
    argument: Any
    answers: "queue.SimpleQueue[Outcome[Any] | ExecutorError]"
    refusals: int = 0


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
    _closing: bool = False
    _restarts: int = 0

    def start(self) -> None:
        """Start the nursery and the thread that serves it.

        Raises
        ------
        ExecutorError
            The nursery does not start.
        """
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._process, self._control = _started_nursery(self.memory_bytes, self.preload)
        self._selector.register(self._control, selectors.EVENT_READ)
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
        self._control.close()
        self._process.wait()
        self._selector.close()
        for worker in self._workers.values():
            worker.channel.close()
        self._woken.close()
        self._wake.close()

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
            self._give_up(ExecutorError(f"The worker processes cannot be kept alive: {fault}"))

    def _attend(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._woken:
            self._woken.recv(4096)
        elif key.fileobj is self._control:
            self._listen()
        elif (worker := key.data) is not None and worker.pid in self._workers:
            self._receive(worker)

    def _listen(self) -> None:
        message = self._control.recv(nursery.MAX_MESSAGE)
        if not message:
            self._replace_nursery()
            return
        kind, *values = pickle.loads(message)
        if kind == nursery.ENDED:
            self._bury(*values)

    def _fork_missing(self) -> None:
        while sum(not worker.is_ending for worker in self._workers.values()) < self.size:
            ours, theirs = socket.socketpair()
            with theirs:
                self._order(nursery.FORK, 0, theirs)
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
            message = self._control.recv(nursery.MAX_MESSAGE)
            if not message:
                self._replace_nursery()
                return None
            kind, *values = pickle.loads(message)
            if kind == nursery.FORKED:
                return int(values[0])
            self._bury(*values)

    def _order(self, order: bytes, pid: int, channel: socket.socket | None = None) -> None:
        descriptors = [channel.fileno()] if channel is not None else []
        # A nursery that is gone is noticed by its closed socket.
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [nursery.ORDER.pack(order, pid)], descriptors)

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
                self._answer(task, "died", "No worker stayed alive to take it.", 0.0)
                return
            with self._lock:
                self._waiting.appendleft(task)
        except Exception as fault:  # pickling runs the argument's own code
            worker.task = None
            hint = "functions and arguments must be importable by name: define them in a module"
            self._answer(task, "error", f"The task cannot be sent to a worker ({fault}); {hint}.", 0.0)

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
            task.answers.put(Outcome(task.key, answer.value, _failure(answer), answer.message, answer.seconds))
        # A worker that hit its limit may be left with fragments; a fresh one is cheaper than a doubtful one.
        if worker.served == self.tasks_per_worker or answer.failure == "memory":
            self._end(worker)

    def _end(self, worker: _Worker, *, timed_out: bool = False) -> None:
        if worker.is_ending:
            return
        worker.is_ending, worker.timed_out = True, timed_out
        self._selector.unregister(worker.channel)
        self._order(nursery.KILL, worker.pid)

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
            self._answer(task, "timeout", f"It took longer than {self.timeout_s:g} s and was ended.", seconds)
        else:
            self._answer(task, "died", f"Its worker process ended by itself ({_exit_words(exit_code)}).", seconds)

    def _salvage(self, worker: _Worker) -> None:
        """Take an answer that was complete before its worker ended."""
        worker.channel.setblocking(False)
        try:
            answer: Answer = wire.receive(worker.channel)
        except Exception:  # there is none, or half of one
            return
        task, worker.task = worker.task, None
        if task is not None:
            task.answers.put(Outcome(task.key, answer.value, _failure(answer), answer.message, answer.seconds))

    def _until_deadline(self) -> float | None:
        busy = [worker.since for worker in self._workers.values() if worker.task is not None and not worker.is_ending]
        return max(0.0, min(busy) + self.timeout_s - time.monotonic()) if busy else None

    def _end_late(self) -> None:
        now = time.monotonic()
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

    def _answer(self, task: Task, failure: Failure, message: str, seconds: float) -> None:
        task.answers.put(Outcome(task.key, None, failure, message, round(seconds, 4)))

    def _replace_nursery(self) -> None:
        """Start again when the nursery itself was killed; its workers died with it."""
        self._restarts += 1
        self._selector.unregister(self._control)
        self._control.close()
        self._process.wait()
        for pid in list(self._workers):
            self._bury(pid, -signal.SIGKILL)
        if self._restarts > _MOST_RESTARTS:
            raise ExecutorError("the process that forks workers keeps ending")
        self._process, self._control = _started_nursery(self.memory_bytes, self.preload)
        self._selector.register(self._control, selectors.EVENT_READ)

    def _give_up(self, fault: ExecutorError) -> None:
        with self._lock:
            self._fault = fault
            tasks = [*self._waiting, *(worker.task for worker in self._workers.values() if worker.task is not None)]
            self._waiting.clear()
        for answers in {task.answers for task in tasks}:
            answers.put(fault)


def _started_nursery(memory_bytes: int, preload: Sequence[str]) -> "tuple[subprocess.Popen[bytes], socket.socket]":
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        # -P: the folder one happens to stand in must not shadow a module.
        command = [sys.executable, "-P", "-m", "workbench.executor.nursery", str(theirs.fileno()), str(memory_bytes)]
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109 - a string for a variable
        process = subprocess.Popen(
            [*command, *preload],
            pass_fds=(theirs.fileno(),),
            # None of our pipes: whoever reads our output must see its end when we end.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path, "OMP_THREAD_LIMIT": "1"},
        )
    ours.settimeout(_START_TIMEOUT_S)
    try:
        message = ours.recv(nursery.MAX_MESSAGE)
    except TimeoutError:
        message = b""
    if not message:
        process.kill()
        process.wait()
        ours.close()
        raise ExecutorError(f"The process that forks workers did not start; try: {' '.join(command[:4])} 0 0")
    ours.settimeout(None)
    return process, ours


def _failure(answer: Answer) -> Failure | None:
    return "memory" if answer.failure == "memory" else "error" if answer.failure else None


def _exit_words(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hints = {
        "SIGKILL": "killed, perhaps for want of memory",
        "SIGSEGV": "a library crashed",
        "SIGABRT": "a library gave up",
    }
    return f"{name}: {hints[name]}" if name in hints else name
