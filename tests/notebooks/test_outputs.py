"""A notebook whose check says something else fails; one that ran is kept as it ran."""

import os
import subprocess
import sys

import nbformat
import pytest

from tests.notebooks.outputs import EXECUTED
from tools.tidy import ROOT

CHECK = "from cachelab.checks import Verdict\nVerdict('{status}', (('', 'the reason'),))"


@pytest.mark.parametrize("status, passes", [("correct", True), ("incorrect", False)])
def test_a_solution_has_to_be_correct(status, passes, tmp_path):
    nb = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(CHECK.format(status=status), id="check-01-1")]
    )
    (tmp_path / "solutions").mkdir()
    nbformat.write(nb, tmp_path / "solutions" / "01.ipynb")
    plugins = [part for name in ("unix_kernels", "outputs") for part in ("-p", f"tests.notebooks.{name}")]
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *plugins,
            "-p",
            "no:cacheprovider",
            "--nbval-lax",
            "--nbval-current-env",
        ]
        + ["-q", tmp_path / "solutions"],
        cwd=ROOT,
        env=os.environ | {EXECUTED: str(tmp_path / "kept")},
        capture_output=True,
        text=True,
    )
    kept = tmp_path / "kept" / "solutions" / "01.ipynb"
    assert (ran.returncode == 0) == kept.exists() == passes, ran.stdout
    if passes:
        assert "the reason" in nbformat.read(kept, as_version=4).cells[0].outputs[0].data["text/plain"]
    else:
        assert "incorrect', not 'correct'" in ran.stdout
