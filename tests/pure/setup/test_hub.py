"""What a teacher sets a hub up with: files that can be read, and a rehearsal that finds what is shared."""

import runpy
import subprocess
from pathlib import Path
from types import SimpleNamespace

import yaml

HUB = Path(__file__).parents[3] / "workshop/hub"
OWN = {
    name: {"whose": name, "ports": ports, "real": True, "writes": True}
    | {"progress": f"/{name}/progress.json", "exercises": f"/{name}/my-exercises"}
    for name, ports in (("ada", [1, 2, 3]), ("bob", [4, 5, 6]))
}


def found(**changed) -> str:
    verdict = runpy.run_path(str(HUB / "rehearsal.py"))["verdict"]
    learners = [SimpleNamespace(name=name) for name in OWN]
    return verdict(learners, [OWN["ada"], OWN["bob"] | changed])


def test_the_rehearsal_names_what_is_not_everybodys_own():
    assert found() == "yes"
    assert found(whose="ada") == "bob"
    assert found(ports=[4, 1, 6]) == "two servers on one port"
    assert found(progress="/ada/progress.json") == "one progress"
    assert found(real=False) == "stand-ins" and found(writes=False) == "copies where they may not write"


def test_the_hubs_files_can_be_read():
    values = yaml.safe_load((HUB / "zero-to-jupyterhub.yaml").read_text())
    assert values["singleuser"]["memory"]["guarantee"] == "576M"
    script = (HUB / "tljh.sh").read_text()
    compile((HUB / "here.py").read_text(), "here.py", "exec")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    compile(script.partition("<<'CONFIG'\n")[2].partition("\nCONFIG")[0], "cachelab.py", "exec")
