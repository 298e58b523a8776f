"""PostgreSQL: from nothing, from a template, full, killed; as root and behind closed doors."""

import contextlib
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from cachelab import engines

from .conftest import module

pytestmark = pytest.mark.usefixtures("alone")
postgres = module("postgres")
ENDLESS = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b"


@pytest.fixture(scope="module")
def filled(empty, tmp_path_factory):
    """A data directory with one table in it: that of a server that was stopped."""
    engines.stop_all()
    server = engines.PostgresServer(empty)
    with server.client() as connection:
        connection.execute("CREATE TABLE numbers AS SELECT generate_series(1, 1000) AS number")
    server.stop()
    kept = tmp_path_factory.mktemp("template") / "data"
    shutil.copytree(server.data, kept)
    engines.stop_all()
    return kept


def count(server) -> int:
    with server.client() as connection:
        return connection.execute("SELECT count(*) FROM numbers").fetchone()[0]


def test_client_is_an_autocommit_connection_and_takes_options():
    server = engines.postgres()
    with server.client(application_name="lesson") as connection:
        assert connection.autocommit
        assert connection.execute("SHOW application_name").fetchone() == ("lesson",)
    with server.client(autocommit=False) as connection:
        assert not connection.autocommit
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_others_on_this_machine_need_the_password(empty):
    server = engines.PostgresServer(empty)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=server.host, port=server.port, user="postgres", password="guess")


def test_a_template_is_copied_and_stays_as_it_was(filled):
    before = {path: path.stat().st_mtime_ns for path in filled.rglob("*")}
    one, two = engines.PostgresServer(filled), engines.PostgresServer(filled)
    with one.client() as connection:
        connection.execute("DELETE FROM numbers")
    assert (count(one), count(two)) == (0, 1000)
    assert {path: path.stat().st_mtime_ns for path in filled.rglob("*")} == before


def test_data_outlive_a_kill_and_a_restart(filled):
    server = engines.PostgresServer(filled)
    with server.client() as connection:
        connection.execute("INSERT INTO numbers VALUES (1001)")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="refused"):
        server.client()
    server.restart()
    assert count(server) == 1001
    server.restart()
    assert count(server) == 1001


def test_a_killed_server_leaves_no_shared_memory(empty):
    server = engines.PostgresServer(empty)
    segment = segment_of(server.data)
    assert segment in segments()
    server.kill()
    assert segment not in segments()


def segments() -> set[str]:
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()}


def segment_of(data: Path) -> str:
    """The shared memory of who works there, by its lock file. OSError or IndexError while there is none."""
    return (data / "postmaster.pid").read_text().splitlines()[6].split()[1]


def interrupted_when_it_has_one(directory: Path, seen: list[str]) -> None:
    with contextlib.suppress(OSError, IndexError):
        seen.append(segment_of(directory / "data"))
        raise KeyboardInterrupt


@pytest.mark.parametrize("program", ["postgres", "initdb"])
def test_a_start_that_is_interrupted_leaves_no_shared_memory(program, empty, monkeypatch):
    seen: list[str] = []

    def greet(server, process):
        interrupted_when_it_has_one(server.directory, seen)
        raise ConnectionError

    def wait(process, timeout):
        while True:
            interrupted_when_it_has_one(process.directory, seen)

    if program == "postgres":
        monkeypatch.setattr(engines.PostgresServer, "_greet", greet)
    else:
        monkeypatch.setattr(module("process").Process, "wait", wait)
    with pytest.raises(KeyboardInterrupt):
        engines.PostgresServer(empty if program == "postgres" else None)
    assert seen and not segments() & set(seen)


def test_a_server_that_somebody_else_killed_does_not_leave_a_busy_child_writing(empty):
    server = engines.PostgresServer(empty)
    connection = server.client()
    (child,) = connection.execute("SELECT pg_backend_pid()").fetchone()

    def work():
        with contextlib.suppress(psycopg.Error):
            connection.execute(ENDLESS)

    busy = threading.Thread(target=work)
    busy.start()
    while psutil.Process(child).cpu_times().user < 0.05:
        time.sleep(0.01)
    os.kill(server.pid, signal.SIGKILL)
    server.restart()
    assert not psutil.pid_exists(child)
    busy.join()
    with server.client() as again:
        assert again.execute("SELECT 1").fetchone() == (1,)


def test_connection_slots_run_out_where_they_are_said_to(filled):
    server = engines.PostgresServer(filled, max_connections=7)
    with contextlib.ExitStack() as open_connections:
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            for _ in range(8):
                open_connections.enter_context(server.client())
        assert len(open_connections._exit_callbacks) == 7


def test_the_kernels_server_is_the_one_made_from_the_template(filled):
    server = engines.postgres(template=filled)
    assert engines.postgres(template=str(filled)) is server
    assert engines.postgres() is server
    assert count(server) == 1000


def test_a_template_that_is_none_is_refused(tmp_path):
    with pytest.raises(engines.EngineError, match="not a PostgreSQL data directory"):
        engines.PostgresServer(tmp_path)


def test_a_template_of_another_version_is_refused(filled, tmp_path):
    old = tmp_path / "data"
    old.mkdir()
    (old / "PG_VERSION").write_text("9\n")
    with pytest.raises(engines.EngineError, match="made by PostgreSQL 9"):
        engines.PostgresServer(old)


def test_the_directory_of_a_running_server_is_no_template(empty):
    with pytest.raises(engines.EngineError, match="stop"):
        engines.PostgresServer(engines.PostgresServer(empty).data)


def test_a_template_is_built_once_and_only_when_complete(tmp_path, monkeypatch):
    monkeypatch.setenv("CACHELAB_CACHE", str(tmp_path))
    fills = []

    def fill(server):
        fills.append(server)
        with server.client() as connection:
            connection.execute("CREATE TABLE numbers AS SELECT 1 AS number")

    def fail(server):
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        postgres.template("one", fail)
    assert list(tmp_path.iterdir()) == []
    folder = postgres.template("one", fill)
    assert postgres.template("one", fill) == folder
    assert len(fills) == 1 and list(tmp_path.iterdir()) == [folder]
    assert count(engines.PostgresServer(folder)) == 1


def test_an_installation_behind_a_closed_door_works(tmp_path, empty):
    # /root is closed, and as root PostgreSQL runs as somebody else.
    found = postgres.find_installation()
    package = tmp_path / "site" / found.parent.name
    shutil.copytree(found, package / found.name)
    with contextlib.suppress(FileNotFoundError):
        shutil.copytree(found.parent.with_name(f"{found.parent.name}.libs"), f"{package}.libs")
    tmp_path.chmod(0o700)
    server = engines.PostgresServer(empty, installation=package / found.name)
    with server.client() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_copy_made_for_somebody_else_is_open_to_all(tmp_path):
    # The same, for users who are not root and whose PostgreSQL therefore needs no copy.
    installation = tmp_path / "closed" / "package" / "install"
    (installation / "bin").mkdir(parents=True)
    (installation / "bin" / "postgres").write_text("")
    (tmp_path / "closed").chmod(0o700)
    target = tmp_path / "run"
    target.mkdir()
    copied = postgres._reachable(installation, target)
    assert (copied / "bin" / "postgres").exists() and target in copied.parents
    assert not [
        way for way in (copied, *copied.parents) if target in way.parents and not way.stat().st_mode & 1
    ]


def test_an_unreachable_temporary_directory_is_named(kernels, tmp_path):
    closed = kernels.directory / "closed"
    closed.mkdir(mode=0o700)
    kernel = kernels.start(
        "try:\n    say(engines.postgres().client().execute('select 1').fetchone())\n"
        "except engines.EngineError as error:\n    say(str(error))\n",
        TMPDIR=str(closed),
    )
    answer = kernel.hear()
    assert answer == [1] if os.geteuid() else f"may not enter {closed}" in answer
    kernel.end()


def test_a_broken_installation_is_named(tmp_path):
    (tmp_path / "bin").mkdir()
    binary = tmp_path / "bin" / "postgres"
    binary.write_text("#!/bin/sh\nexit 1\n")
    binary.chmod(0o755)
    with pytest.raises(engines.EngineError, match=str(binary)):
        engines.PostgresServer(installation=tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="user ids")
def test_a_user_id_without_a_name_is_told_the_way_out(alone, monkeypatch, tmp_path):
    def nobody(id):
        raise KeyError(id)

    monkeypatch.setenv("CACHELAB_CACHE", str(tmp_path))
    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(engines.EngineError, match=r"has no name.*/etc/passwd.*CACHELAB_DATABASE_URL"):
        postgres.template("nobody")
