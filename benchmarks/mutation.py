"""Do the checks notice every small change of the reference solutions? The mutator is tools/mutation.py."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Row
from cachelab.checks import exercise_ids
from tools import mutation


def rows() -> Iterator[Row]:
    began, total, killed, missed = time.monotonic(), 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CACHELAB_PROGRESS"] = str(Path(folder) / "progress.json")
        for id in exercise_ids():
            for mutant in mutation.mutants(id):
                total += 1
                if not mutation.passes(mutant):
                    killed += 1
                elif not mutation.excuse(mutant):
                    missed.append(f"{id}: {mutant.change}")
    equivalent = total - killed - len(missed)
    yield Row(
        "checks: mutants of the solutions that pass unnoticed",
        len(missed) / (total - equivalent),
        0.05,
        f"{killed} of {total - equivalent} noticed, {equivalent} equivalent (listed), "
        f"{time.monotonic() - began:.0f} s" + "".join(f"\n    {text}" for text in missed),
    )
