"""What `make` leaves behind when it is stopped: nothing."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[3] / "Makefile"


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_an_interrupted_run_of_the_notebooks_leaves_no_folder(tmp_path):
    begun, temporary, run = tmp_path / "begun", tmp_path / "temporary", tmp_path / "run"
    temporary.mkdir()
    run.write_text(f"#!/bin/sh\ntouch {begun}\nexec sleep 60\n")
    run.chmod(0o755)
    make = subprocess.Popen(
        ["make", "-f", MAKEFILE, "test-notebooks", "BIN=/bin", f"NBVAL={run}"],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not begun.exists():
        assert make.poll() is None
        time.sleep(0.01)
    assert list(temporary.iterdir())
    os.killpg(make.pid, signal.SIGINT)  # as Ctrl-C in a terminal does
    make.wait()
    assert list(temporary.iterdir()) == []
