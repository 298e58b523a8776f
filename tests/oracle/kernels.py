"""Programs that stand for a notebook's kernel: started, asked for a line of JSON, ended in every way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psutil

PATIENCE = 60.0  # seconds: a busy machine is slower, and not wrong


class Kernel:
    """A Python process that runs `code`: it can `say` things to be heard here and `wait_for_word()`."""

    PRELUDE = (
        "import json, os, signal, subprocess, sys, threading, time\n"
        # As Jupyter's kernels do: a run in the background may have been told to ignore interrupts.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from cachelab import engines\n"
        "def say(x): print(json.dumps(x), flush=True)\n"
        "def postgres(**options): return engines.postgres(template=os.environ['TEMPLATE'], **options)\n"
        "def wait_for_word(): return sys.stdin.readline().strip()\n"
    )

    def __init__(self, code: str, environment: dict) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.PRELUDE + code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            start_new_session=True,  # its own process group, as Jupyter gives its kernels
        )

    def hear(self):
        """The next thing it says."""
        line = self.process.stdout.readline()
        assert line, f"the kernel ended with {self.process.wait()} and said nothing"
        return json.loads(line)

    def tell(self, word: str = "go") -> None:
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def interrupt(self) -> None:
        """What Jupyter's stop button sends: SIGINT to the kernel's whole process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> int:
        """Let it come to its end, and return its exit code."""
        self.process.stdin.close()
        return self.process.wait(PATIENCE)


class Kernels:
    """Kernels that share a temporary directory, by which all they start can be recognised."""

    def __init__(self, template: Path) -> None:
        self.template = template
        # Not pytest's own: those are closed to the user that PostgreSQL runs as if we are root.
        self.directory = Path(tempfile.mkdtemp(prefix="kernels-"))
        self.directory.chmod(0o755)
        self.mark = uuid.uuid4().hex
        self.started: list[Kernel] = []

    def start(self, code: str, **environment: str) -> Kernel:
        own = {"TMPDIR": str(self.directory), "CACHELAB_TEST": self.mark, "TEMPLATE": str(self.template)}
        kernel = Kernel(code, {**os.environ, **own, **environment})
        self.started.append(kernel)
        return kernel

    def running(self) -> list[str]:
        """What runs of all they have started, themselves included."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                marked = process.environ().get("CACHELAB_TEST") == self.mark
                if marked or str(self.directory) in process.cwd():
                    found.append(f"{process.pid} {' '.join(process.cmdline())}")
            except psutil.Error:
                continue
        return found

    def left(self) -> list[str]:
        """Processes and files left, once given the time to go."""
        deadline = time.monotonic() + PATIENCE
        while left := self.running() + [str(path) for path in self.directory.glob("cachelab-*")]:
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        return left

    def close(self) -> None:
        for kernel in self.started:
            if kernel.process.poll() is None:
                kernel.kill()
            kernel.process.stdin.close()
            kernel.process.stdout.close()
        self.left()
        shutil.rmtree(self.directory, ignore_errors=True)
