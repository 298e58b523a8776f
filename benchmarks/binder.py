"""Every lesson under a Binder visitor's limits: 450 MB, half a core, no network, no root, files read-only.

The Lab server, its kernels and their engines share one control group; the browser that presses Run All is
outside it. Needs root and version 1 control groups, and says so where it has not got them.
"""

import json
import os
import pwd
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Row
from tools.lab import Lab

ROOT = Path(__file__).parents[1]
GROUPS = [Path("/sys/fs/cgroup", controller, "cachelab-binder") for controller in ("memory", "cpu")]
MEMORY, CPU = GROUPS
GUARANTEED = 450_000_000  # bytes; mybinder.org guarantees them, and allows 2 GB
SHARE_OF_A_CORE = 0.5
VISITOR = pwd.getpwnam("nobody")

# A network of nothing but loopback, every file read-only, one folder to write in. The visitor may read all
# files, for Python itself may lie in root's home.
SANDBOX = f"""
ip link set lo up
mount --bind "$HOME" "$HOME"
mount -o remount,ro,bind /
exec setpriv --reuid {VISITOR.pw_uid} --regid {VISITOR.pw_gid} --clear-groups \\
             --inh-caps +dac_read_search --ambient-caps +dac_read_search "$@"
"""
CONFINED = ["sh", "-c", " && ".join(f"echo $$ > {group}/tasks" for group in GROUPS) + ' && exec "$@"', "sh"]


def rows() -> Iterator[Row]:
    if os.geteuid() or not all(group.parent.is_dir() for group in GROUPS):
        print("Binder's limits: not measured; that takes root and version 1 control groups", file=sys.stderr)
        return
    try:
        _limit()
        with tempfile.TemporaryDirectory(prefix="binder-") as home:
            os.chown(home, VISITOR.pw_uid, VISITOR.pw_gid)
            yield from _measured_in(home)
    finally:
        for group in filter(Path.is_dir, GROUPS):
            group.rmdir()


def _limit() -> None:
    for group in GROUPS:
        group.mkdir(exist_ok=True)
        os.chown(group / "tasks", VISITOR.pw_uid, VISITOR.pw_gid)
    (MEMORY / "memory.limit_in_bytes").write_text(str(GUARANTEED))
    (CPU / "cpu.cfs_period_us").write_text("100000")
    (CPU / "cpu.cfs_quota_us").write_text(str(int(100_000 * SHARE_OF_A_CORE)))


def _measured_in(home: str) -> Iterator[Row]:
    command = ["unshare", "--net", "--mount", "sh", "-ec", SANDBOX, "sh", sys.executable, "-m", __name__]
    settings = {"HOME": home, "TMPDIR": home, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True
    ) as visitor:
        for line in visitor.stdout:
            yield Row(**json.loads(line))
    if visitor.returncode:
        raise RuntimeError(f"the visitor's browser ended with exit code {visitor.returncode}")


def visit() -> Iterator[Row]:
    """Inside the sandbox: Run All on each lesson."""
    with Lab(prefix=CONFINED) as lab:
        for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
            start, trouble = time.perf_counter(), []
            with Peak() as peak, lab.open(path) as page:
                ready = time.perf_counter() - start
                try:
                    page.run_all(600)
                except (RuntimeError, TimeoutError) as error:
                    trouble.append(str(error))
                trouble += page.errors() + page.external
            took = time.perf_counter() - start
            trouble += [f"{peak.killed} processes killed for want of memory"] * bool(peak.killed)
            times = f"{took:.0f} s, of which {ready:.0f} until the kernel was idle"
            detail = "; ".join([f"peak {peak.bytes / 1e6:.0f} MB", times, *trouble])
            ratio = float("inf") if trouble else peak.bytes / GUARANTEED
            number = path.stem.partition("_")[0]
            yield Row(f"lesson {number} as on Binder: memory / 450 MB", ratio, 1, detail)


class Peak:
    """The most memory that the control group held while this was open; the file cache does not count."""

    def __enter__(self) -> "Peak":
        self.bytes, self._killed, self._over = 0, self._kills(), threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()
        self.killed = self._kills() - self._killed

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            held = _table("memory.stat")
            self.bytes = max(self.bytes, held["total_rss"] + held["total_shmem"])

    def _kills(self) -> int:
        return _table("memory.oom_control")["oom_kill"]


def _table(file: str) -> dict[str, int]:
    words = (MEMORY / file).read_text().split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


if __name__ == "__main__":
    for row in visit():
        print(json.dumps(vars(row)), flush=True)
