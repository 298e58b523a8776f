"""Put notebooks into the form the repository keeps: no outputs but claims, and nothing an editor left behind.

    python -m tools.tidy                     tidy every notebook, keep the claims it holds
    python -m tools.tidy PATH … --claims     run them and renew what their claims say
    python -m tools.tidy --check             change nothing, name what is untidy, exit 1

A claim is the output of a cell tagged nbval-check-output, which is compared on every run. It keeps its
execution count, for without one nbval compares nothing.
"""

import argparse
import sys
from pathlib import Path

import nbformat

from cachelab.jupyter import client

ROOT = Path(__file__).parents[1]
FOLDERS = ("notebooks", "exercises", "solutions")
CLAIM = "nbval-check-output"
TAGS = {CLAIM, "raises-exception", "solution", "hide-input"}
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebooks() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.ipynb"))]


def is_claim(cell) -> bool:
    return CLAIM in cell.metadata.get("tags", [])


def tidy(nb):
    """The notebook without outputs (claims keep theirs, folded) and with no metadata but tags."""
    nb.metadata = nbformat.from_dict(KERNEL)
    claims = 0
    for cell in nb.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if "hide-input" in tags:  # plotting, not part of what is taught: JupyterLab folds it away
            cell.metadata["jupyter"] = {"source_hidden": True}
        if cell.cell_type != "code":
            cell.pop("attachments", None)
            continue
        if is_claim(cell) and cell.outputs:
            claims += 1
            # the learner guesses first: JupyterLab unfolds what is folded when the cell runs
            cell.metadata["jupyter"] = {**cell.metadata.get("jupyter", {}), "outputs_hidden": True}
            cell.execution_count = claims
            cell.outputs = [nbformat.from_dict(plain(output, claims)) for output in whole(cell.outputs)]
        else:
            cell.execution_count, cell.outputs = None, []
    return nb


def whole(outputs) -> list[dict]:
    """Outputs with what was printed in one piece, however many messages it came in."""
    found: list[dict] = []
    for output in map(dict, outputs):
        if found and output["output_type"] == "stream" and output["name"] == found[-1].get("name"):
            found[-1]["text"] += output["text"]
        else:
            found.append(output)
    return found


def plain(output, count):
    """The parts of a claim's output that say something: its text."""
    output = dict(output)
    if "data" in output:
        output["data"] = {"text/plain": output["data"]["text/plain"]}
        output["metadata"] = {}
    if "execution_count" in output:
        output["execution_count"] = count
    return output


def renew(nb, path: Path):
    """Run the whole notebook where it lives, so that its claims hold what the code says today."""
    client(nb, path.parent).execute()
    return nb


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--claims", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    untidy = []
    for path in options.paths or notebooks():
        before = path.read_text(encoding="utf-8")
        nb = nbformat.reads(before, as_version=4)
        after = nbformat.writes(tidy(renew(nb, path) if options.claims else nb)) + "\n"
        if after == before:
            continue
        untidy.append(path)
        print(("untidy: " if options.check else "tidied: ") + str(path))
        if not options.check:
            path.write_text(after, encoding="utf-8")
    return int(options.check and bool(untidy))


if __name__ == "__main__":
    sys.exit(main())
