"""A pytest plugin: while notebooks run, any connection or look-up that leaves this machine fails the run.

It plants an audit hook (PEP 578) in every Python process the run starts: kernels, the AWS account, relays.
The hook refuses the call and writes it down, so that a lesson which swallows the error is found out as well.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

LOG = "CACHELAB_TRIPWIRE"


def local(host) -> bool:
    """Whether a socket address or a host name stays on this machine."""
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host in (None, "", "0.0.0.0", "::", "::1", "localhost") or host.startswith(("127.", "::ffff:127.")):
        return True
    return host.endswith(".localhost")


def watch(log: str) -> None:
    """Refuse and record whatever leaves this machine, from now until this process ends."""

    def hook(event, args):
        if event == "socket.connect" or event == "socket.sendto":
            address = args[1]
            host = address[0] if isinstance(address, tuple) else None  # a Unix socket has a path
        elif event == "socket.getaddrinfo" or event == "socket.gethostbyname":
            host = args[0]
        else:
            return
        if not local(host):
            with open(log, "a", encoding="utf-8") as file:
                file.write(f"{event} {host!r} by {' '.join(sys.orig_argv)[:200]}\n")
            raise PermissionError(f"the course stays on this machine; something called {event} for {host!r}")

    sys.addaudithook(hook)


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        return  # an xdist worker inherits the environment
    folder = Path(tempfile.mkdtemp(prefix="cachelab-tripwire-"))
    os.environ[LOG] = str(folder / "log")
    # Python imports a module of this name when it starts; ours is the first on the path.
    folder.joinpath("sitecustomize.py").write_text(
        f"import sys\nsys.path.append({str(Path(__file__).parent)!r})\n"
        f"import tripwire\nsys.path.pop()\ntripwire.watch({os.environ[LOG]!r})\n"
    )
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    os.environ["CACHELAB_PROGRESS"] = str(folder / "progress.json")
    os.environ.pop("CACHELAB_CLASS", None)
    os.environ["CACHELAB_EXERCISES"] = str(folder / "my-exercises")


def pytest_sessionfinish(session, exitstatus):
    log = Path(os.environ[LOG])
    if not hasattr(session.config, "workerinput") and log.exists():
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    log = Path(os.environ[LOG])
    if log.exists():
        terminalreporter.section("left this machine", red=True)
        terminalreporter.write(log.read_text(encoding="utf-8"))


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        shutil.rmtree(Path(os.environ[LOG]).parent, ignore_errors=True)
