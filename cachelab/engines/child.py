"""A small Python program that runs beside the kernel and ends when the kernel does.

The kernel holds one end of a pipe and the program the other. However the kernel goes, `kill -9`
included, the operating system closes its end, and the program reads end-of-file. (A parent-death
signal would not do: Linux sends it when the *thread* that started the child ends, and notebook
widgets start things from threads.)

Requests and answers are one line of JSON each. A request that the learner interrupts leaves its
answer behind in the pipe, so answers carry the number of their request and late ones are dropped.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path

from .errors import EngineError

_children: "weakref.WeakSet[Child]" = weakref.WeakSet()


class Child:
    """Runs `program`, a file that imports the standard library only, and asks it questions."""

    def __init__(self, program: Path) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        self._buffer = b""
        self.owner = os.getpid()
        # Its own session: an interrupt meant for the kernel's process group does not reach it.
        # No output is inherited: nothing may hold the kernel's terminal or pipes open.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=os.path.abspath(os.sep),
            start_new_session=True,
        )
        self._name = program.stem
        _children.add(self)

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether this kernel can still talk to the program."""
        return self.owner == os.getpid() and not self._process.stdin.closed and self._process.poll() is None

    def ask(self, question: str, **fields: object) -> dict:
        """Send one request and return its answer.

        Raises EngineError with the program's own words if it could not do what was asked.
        """
        if self.owner != os.getpid():
            raise EngineError(
                f"process {os.getpid()} was forked from the kernel (process {self.owner}) and cannot start, "
                "kill or restart the kernel's engines. Do that in the kernel; clients work anywhere."
            )
        with self._lock:
            self._asked += 1
            number = self._asked
            line = json.dumps({"number": number, "question": question, **fields}).encode() + b"\n"
            try:
                while line:
                    line = line[self._process.stdin.write(line) :]
                answer = self._answer(number)
            except (OSError, ValueError) as error:  # ValueError: the pipe is closed on our side
                raise EngineError(f"the {self._name} process ({self.pid}) has ended: {error}") from error
        if "error" in answer:
            raise EngineError(answer["error"])
        return answer

    def _answer(self, number: int) -> dict:
        while True:
            while b"\n" not in self._buffer:
                more = self._process.stdout.read(65536)
                if not more:
                    raise BrokenPipeError("it closed its side of the pipe")
                self._buffer += more
            line, self._buffer = self._buffer.split(b"\n", 1)
            try:
                answer = json.loads(line)
            except ValueError:
                continue  # the tail of an answer whose reader was interrupted
            if answer.get("number") == number:
                return answer

    def close(self, timeout: float = 10.0) -> bool:
        """Close the pipe and wait, at most `timeout` seconds, until the program has ended.

        On a busy disk, removing several databases takes longer; the program finishes that by itself. False if
        it was killed, and finishes nothing.
        """
        if self.owner != os.getpid():
            return True
        self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        self._process.stdout.close()
        return self._process.returncode in (None, 0)

    def _forget_after_fork(self) -> None:
        # A forked copy of the kernel must not hold the pipe, or the program would wait for it too.
        self._lock = threading.Lock()
        for pipe in (self._process.stdin, self._process.stdout):
            pipe.close()


def _forget_children() -> None:
    for child in list(_children):
        child._forget_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_children)
