"""A class on your hub, before there is one: so many learners open a lesson at once, and what that took.

    python workshop/hub/rehearsal.py https://YOUR-HUB/ TOKEN --learners 10 notebooks/04_cache_aside.ipynb

TOKEN belongs to a service or an admin with the scopes admin:users, admin:servers and access:servers. Each
learner, learner01 and so on, is made if missing, gets a server of their own, and runs the lesson from top to
bottom in a kernel there. All wait for each other between the steps. Then one of them runs away (an answer
that never ends, one that takes all memory), while the others ask their caches. The servers are stopped at the
end. On the hub's own machine, as root, it also says what all of it weighs.
"""

import argparse
import json
import statistics
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import requests
import websocket

PATIENCE = 300  # seconds for anything
# In each learner's kernel, after the lesson: what is theirs, and is it still after all have written?
MARK = """
import os
from cachelab import engines
from cachelab.checks.course import copies, kept
valkey = engines.valkey(); valkey.client().set("whose", {name!r})
_, home, database = engines.memcached(), os.path.expanduser("~"), engines.postgres()
"""
ASK = """
copies.refresh()
print(__import__("json").dumps({"whose": valkey.client().get("whose").decode(), "ports": [valkey.port,
    engines.memcached().port, database.port], "real": valkey.is_real and engines.memcached().is_real,
    "progress": str(kept.path()), "exercises": str(copies.folder()),
    "writes": os.access(copies.folder(), os.W_OK)}))
"""
PING = """
import time; begun = time.perf_counter()
for number in range(1000): valkey.client().get("whose")
print(time.perf_counter() - begun)
"""
RUNAWAYS = {
    "never ends": "def hit_ratio(reads, capacity):\n    while True: pass",
    "takes all memory": "def hit_ratio(reads, capacity):\n    kept = []\n"
    "    while True: kept.append(bytearray(10**7))",
}
CHECK = "from cachelab.checks import exercise\nprint(exercise('01.2').check(hit_ratio))"


class Learner:
    """One learner of the hub, and their kernel."""

    def __init__(self, hub: str, token: str, name: str):
        self.name, self._hub, self._user = name, f"{hub}/hub/api/users/{name}", f"{hub}/user/{name}"
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"token {token}"
        self._token = token

    def start(self) -> float:
        """Seconds until their server answers."""
        begun = time.monotonic()
        self._http.post(self._hub, timeout=PATIENCE)
        reply = self._http.post(f"{self._hub}/server", json={}, timeout=PATIENCE)
        if reply.status_code not in (201, 202, 400):  # 400: it runs already
            raise RuntimeError(f"{self.name}: {reply.status_code} {reply.text[:200]}")
        while not self._ready():
            if time.monotonic() > begun + PATIENCE:
                raise RuntimeError(f"{self.name}: no server within {PATIENCE} s")
            time.sleep(1)
        return time.monotonic() - begun

    def _ready(self) -> bool:
        servers = self._http.get(self._hub, timeout=PATIENCE).json().get("servers") or {}
        return servers.get("", {}).get("ready", False)

    def open(self, notebook: dict, path: str) -> None:
        """Put the notebook into their folder, and start its kernel there."""
        contents = f"{self._user}/api/contents"
        self._http.put(
            f"{contents}/rehearsal", json={"type": "directory"}, timeout=PATIENCE
        ).raise_for_status()
        model = {"type": "notebook", "format": "json", "content": notebook}
        self._http.put(f"{contents}/rehearsal/{path}", json=model, timeout=PATIENCE).raise_for_status()
        wanted = {
            "path": f"rehearsal/{path}",
            "type": "notebook",
            "name": path,
            "kernel": {"name": "python3"},
        }
        reply = self._http.post(f"{self._user}/api/sessions", json=wanted, timeout=PATIENCE)
        reply.raise_for_status()
        kernel = reply.json()["kernel"]["id"]
        address = f"{self._user}/api/kernels/{kernel}/channels".replace("http", "ws", 1)
        self._socket = websocket.create_connection(
            address, header=[f"Authorization: token {self._token}"], timeout=PATIENCE
        )

    def run(self, source: str) -> str:
        """What a cell prints. RuntimeError for one that fails."""
        number, printed, failed = uuid.uuid4().hex, [], ""
        header = {"msg_id": number, "msg_type": "execute_request", "username": "", "session": number}
        content = {"code": source, "silent": False, "allow_stdin": False}
        message = {"header": header | {"version": "5.3"}, "content": content, "channel": "shell"}
        self._socket.send(json.dumps(message | {"parent_header": {}, "metadata": {}}))
        while True:
            heard = json.loads(self._socket.recv())
            if heard["parent_header"].get("msg_id") != number:
                continue
            if heard["msg_type"] == "stream":
                printed.append(heard["content"]["text"])
            if heard["msg_type"] == "error":
                failed = f"{self.name}: {heard['content']['ename']}: {heard['content']['evalue']}"
            if heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
                if failed:
                    raise RuntimeError(failed)
                return "".join(printed)

    def stop(self) -> None:
        self._http.delete(f"{self._hub}/server", timeout=PATIENCE)


def weight() -> str:
    """What all processes of learners take, by their proportional set size."""
    sizes = {}
    for process in psutil.process_iter(["username"]):
        try:
            if (process.info["username"] or "").removeprefix("jupyter-").startswith("learner"):
                owner = sizes.setdefault(process.info["username"], [])
                owner.append(process.memory_full_info().pss / 1e6)
        except psutil.Error:
            continue
    if not sizes:
        return "(not on this machine, or not root)"
    each = [sum(owner) for owner in sizes.values()]
    return f"{sum(each):,.0f} MB in all, {statistics.mean(each):.0f} MB a learner, at most {max(each):.0f}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("hub")
    parser.add_argument("token")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--learners", type=int, default=10)
    given = parser.parse_args()
    notebook = json.loads(given.notebook.read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    hub = given.hub.rstrip("/")
    learners = [Learner(hub, given.token, f"learner{n:02}") for n in range(1, given.learners + 1)]
    peak, over = [""], threading.Event()
    with ThreadPoolExecutor(len(learners)) as together:

        def all_do(what, *arguments):
            return list(together.map(lambda learner: what(learner, *arguments), learners))

        try:
            said("servers", all_do(Learner.start), weight())
            said("kernels", timed(all_do, Learner.open, notebook, given.notebook.name), weight())
            threading.Thread(target=watch, args=(peak, over), daemon=True).start()
            said("the lesson, all cells", all_do(lesson, cells), "at the most " + peak[0])
            over.set()
            all_do(lambda learner: learner.run(MARK.format(name=learner.name)))
            own = [json.loads(answer) for answer in all_do(Learner.run, ASK)]
            print("no cross-talk:", verdict(learners, own), "·", own[0])
            quiet = [float(answer) for answer in all_do(Learner.run, PING)]
            for name, answer in RUNAWAYS.items():
                run_away(name, answer, learners, together, statistics.median(quiet))
            print("afterwards:", weight())
        finally:
            over.set()
            all_do(Learner.stop)
    return 0


def lesson(learner: Learner, cells: list[str]) -> float:
    begun = time.monotonic()
    for cell in cells:
        learner.run(cell)
    return time.monotonic() - begun


def timed(all_do, what, *arguments) -> list[float]:
    def once(learner, *given):
        begun = time.monotonic()
        what(learner, *given)
        return time.monotonic() - begun

    return all_do(once, *arguments)


def watch(peak: list[str], over: threading.Event) -> None:
    """Keeps the heaviest moment in `peak`."""
    while not over.wait(1):
        now = weight()
        if now[:1].isdigit() and (not peak[0] or number(now) > number(peak[0])):
            peak[0] = now


def number(weight: str) -> float:
    return float(weight.partition(" ")[0].replace(",", ""))


def said(what: str, seconds: list[float], more: str) -> None:
    middle, most = statistics.median(seconds), max(seconds)
    print(f"{what}: {middle:.1f} s in the middle, {most:.1f} s at most · {more}", flush=True)


def verdict(learners: list[Learner], own: list[dict]) -> str:
    """What is not everybody's own, or "yes"."""
    ports = [port for answer in own for port in answer["ports"]]
    wrong = [one.name for one, answer in zip(learners, own, strict=True) if answer["whose"] != one.name]
    wrong += ["two servers on one port"] if len(set(ports)) < len(ports) else []
    for shared in ("progress", "exercises"):
        wrong += [f"one {shared}"] if len({answer[shared] for answer in own}) < len(own) else []
    wrong += ["stand-ins"] if not all(answer["real"] for answer in own) else []
    wrong += ["copies where they may not write"] if not all(answer["writes"] for answer in own) else []
    return ", ".join(wrong) or "yes"


def run_away(name: str, answer: str, learners: list[Learner], together: ThreadPoolExecutor, quiet: float):
    """The first learner's check is of an answer that never comes; the others go on."""
    begun = time.monotonic()
    running = together.submit(lambda: learners[0].run(f"{answer}\n{CHECK}"))
    beside = [float(seconds) for seconds in together.map(lambda one: one.run(PING), learners[1:])]
    verdict = running.result()
    took, words = time.monotonic() - begun, " ".join(verdict.split())
    slower = statistics.median(beside) / quiet if beside else float("nan")
    print(f"a check that {name}: over after {took:.1f} s, the others' GETs {slower:.1f} times slower")
    print(f"    {words[:150]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
