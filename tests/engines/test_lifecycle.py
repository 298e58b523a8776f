"""An engine's life: started, used, killed, restarted, stopped; found broken, or its port taken."""

import contextlib
import functools
import re
import socket
import threading
import time
from pathlib import Path

import psutil
import pytest
import redis
from IPython.core.interactiveshell import InteractiveShell

from cachelab import engines
from tests.oracle.listening import listening

from .conftest import module

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture(params=["valkey", "memcached", "postgres"])
def start(request, empty):
    """engines.valkey, and so on."""
    if request.param == "postgres":
        return functools.partial(engines.postgres, template=empty)
    return getattr(engines, request.param)


@pytest.fixture(params=["ValkeyServer", "MemcachedServer", "PostgresServer"])
def server(request, empty):
    """engines.ValkeyServer, and so on."""
    if request.param == "PostgresServer":
        return functools.partial(engines.PostgresServer, empty)
    return getattr(engines, request.param)


def refused(engine) -> bool:
    """Whether nobody of ours listens there. (A dead engine's port may be another program's meanwhile.)"""
    return engine.port not in listening()


def test_an_engine_is_real_and_says_so(start):
    engine = start()
    assert engine.is_real and engine.alive
    pattern = rf"real {engine.name} [\d.]+ · pid {engine.pid} · {re.escape(engine.host)}:{engine.port}"
    assert re.fullmatch(pattern, engine.badge)
    assert repr(engine) == engine.badge
    assert psutil.Process(engine.pid).is_running()


def test_it_listens_on_loopback_only(start):
    listening = {
        address.laddr.ip
        for address in psutil.Process(start().pid).net_connections("inet")
        if address.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_one_per_kernel_unless_a_fresh_one_is_asked_for(start):
    one, same, other = start(), start(), start(fresh=True)
    assert one is same
    assert other.pid != one.pid and other.port != one.port


def test_kill_is_an_outage_and_restart_ends_it_at_the_same_address(start):
    engine = start()
    pid, port = engine.pid, engine.port
    engine.kill()
    assert not psutil.pid_exists(pid) and refused(engine) and not engine.alive
    assert "down" in engine.badge
    engine.kill()  # killing the dead changes nothing
    engine.restart()
    assert engine.alive and engine.port == port and engine.pid != pid
    assert not refused(engine)


def test_a_frozen_engine_accepts_and_answers_nothing_until_it_is_thawed(start):
    engine = start()
    with socket.create_connection((engine.host, engine.port), timeout=10):
        engine.freeze()
        tree = [psutil.Process(engine.pid), *psutil.Process(engine.pid).children(recursive=True)]
        assert engine.alive and {process.status() for process in tree} == {psutil.STATUS_STOPPED}
        assert not refused(engine)  # the system takes the connection, nobody speaks
        engine.freeze()  # once more changes nothing
        engine.thaw()
    assert psutil.STATUS_STOPPED not in {process.status() for process in tree if process.is_running()}
    assert answers_again(engine)


@pytest.mark.parametrize("end", ["kill", "stop", "restart"])
def test_a_frozen_engine_can_be_ended(start, end):
    engine = start()
    engine.freeze()
    pid = engine.pid
    getattr(engine, end)()
    assert not psutil.pid_exists(pid)
    if end == "restart":
        assert answers_again(engine)
        return
    for use in (engine.freeze, engine.thaw):
        with pytest.raises(engines.EngineError, match="down"):
            use()


def answers_again(engine) -> bool:
    with contextlib.closing(engine.client()) as client:
        if engine.name == "PostgreSQL":
            return client.execute("SELECT 1").fetchone() == (1,)
        return bool(client.set("a", "1"))


def test_stop_ends_it_and_asking_again_revives_it(start):
    engine = start()
    engine.stop()
    assert refused(engine) and not engine.alive
    assert start() is engine
    assert engine.alive


def test_what_a_cache_held_is_gone_after_a_restart():
    valkey, memcached = engines.valkey(), engines.memcached()
    valkey.client().set("a", 1)
    memcached.client().set("a", b"1", noreply=False)
    assert valkey.client().get("a") == b"1" and memcached.client().get("a") == b"1"
    valkey.restart()
    memcached.restart()
    assert valkey.client().get("a") is None and memcached.client().get("a") is None


def test_a_valkey_that_is_told_to_persist_keeps_its_data(tmp_path):
    server = engines.ValkeyServer({"appendonly": True}, directory=tmp_path / "kept")
    server.client().set("a", 1)
    server.restart()
    assert server.client().get("a") == b"1"


def test_options_reach_the_client_and_the_url_leads_there():
    valkey = engines.valkey()
    assert valkey.client(decode_responses=True).echo("x") == "x"
    assert redis.Redis.from_url(valkey.url).ping()
    assert engines.memcached().client(default_noreply=False).default_noreply is False


def test_config_reaches_the_server():
    primary = engines.ValkeyServer({"maxmemory": "3mb", "save": ["900 1", "60 1000"]})
    client = primary.client(decode_responses=True)
    assert client.config_get("maxmemory", "save") == {"maxmemory": str(3 << 20), "save": "900 1 60 1000"}
    replica = engines.ValkeyServer({"replicaof": f"{primary.host} {primary.port}"})
    assert replica.client().info("replication")["role"] == "slave"


@pytest.mark.parametrize("password", ["plain", "with spaces # and \"quotes\" 'too' \\", "schön:@/?"])
def test_any_password_will_do(password):
    server = engines.ValkeyServer({"requirepass": password})
    assert server.client().ping()
    assert redis.Redis.from_url(server.url).ping()
    with pytest.raises(redis.AuthenticationError):
        server.client(password=None, retry=None).ping()  # redis-py would try for seconds
    server.restart()


def test_a_server_locked_by_users_of_its_own_still_starts_with_its_version_known():
    server = engines.ValkeyServer({"user": ["default off", "ann on >secret ~* +@all"]})
    assert re.match(r"real Valkey \d+\.", server.badge)
    assert server.client(username="ann", password="secret").ping()


@pytest.mark.parametrize("key", ["port", "dir", "daemonize"])
def test_what_the_course_sets_itself_is_refused(key):
    with pytest.raises(engines.EngineError, match=key):
        engines.ValkeyServer({key: "1"})


class Interrupted:
    """A socket on which the learner's interrupt arrives while the answer is awaited."""

    def __init__(self, plain):
        self._plain, self._comes = plain, True

    def __getattr__(self, name):
        return getattr(self._plain, name)

    def recv(self, size):
        if self._comes:
            self._comes = False
            raise KeyboardInterrupt
        return self._plain.recv(size)


@pytest.mark.parametrize(("command", "arguments"), [("get", ["a"]), ("set", ["a", b"3"]), ("touch", ["a"])])
def test_an_interrupted_question_leaves_no_answer_to_the_next(command, arguments):
    client = engines.MemcachedServer().client(default_noreply=False)
    client.set("a", b"1"), client.set("b", b"2")
    client.sock = Interrupted(client.sock)
    with pytest.raises(KeyboardInterrupt):
        getattr(client, command)(*arguments)
    assert client.get("b") == b"2"


def test_memcached_takes_arguments():
    assert engines.MemcachedServer(("-m", 3)).client().stats()[b"limit_maxbytes"] == 3 << 20
    with pytest.raises(TypeError, match="sequence"):
        engines.MemcachedServer("-m 3")


def test_a_taken_port_is_named(server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(engines.PortTaken, match=f"port {port} on 127.0.0.1 is taken"):
            server(port=port)


def test_a_port_lost_between_choosing_and_binding_is_given_up_for_another(server, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = module("ports").free_port()
        choices = [taken.getsockname()[1], free]
        monkeypatch.setattr(module("engine"), "free_port", lambda: choices.pop(0))
        assert server().port == free
        assert not choices


def test_a_port_lost_while_the_engine_was_down_gives_a_new_engine():
    old = engines.valkey()
    old.kill()
    with socket.create_server((old.host, old.port)):
        with pytest.raises(engines.PortTaken, match=str(old.port)):
            old.restart()
        new = engines.valkey()
    assert new is not old and new.client().ping()


def test_an_engine_outlives_the_thread_that_started_it():
    started = []
    thread = threading.Thread(target=lambda: started.append(engines.valkey()))
    thread.start()
    thread.join()
    assert started[0].client().ping()


def test_threads_asking_at_once_get_the_same_one():
    found = []
    threads = [threading.Thread(target=lambda: found.append(engines.valkey())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(map(id, found))) == 1


def test_stop_all_ends_all_and_the_next_call_starts_anew(empty):
    before = [
        engines.valkey(),
        engines.memcached(),
        engines.postgres(template=empty),
        engines.valkey(fresh=True),
    ]
    pids = [engine.pid for engine in before]
    directories = [engine.directory for engine in before]
    engines.stop_all()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert not [directory for directory in directories if directory.exists()]
    assert all("down" in engine.badge for engine in before)
    with pytest.raises(engines.EngineError, match="ended for good"):
        before[0].restart()
    assert engines.valkey().client().ping()
    engines.stop_all()
    engines.stop_all()


def executable(path: Path, content: str) -> Path:
    path.write_text(content)
    path.chmod(0o755)
    return path


def test_a_broken_binary_is_named_with_its_last_words(tmp_path):
    broken = executable(tmp_path / "valkey-server", "#!/bin/sh\necho libmissing.so: not found\nexit 127\n")
    with pytest.raises(engines.EngineError) as error:
        engines.ValkeyServer(binary=broken)
    assert str(broken) in str(error.value)
    assert "exit code 127" in str(error.value) and "libmissing.so: not found" in str(error.value)


def test_a_binary_of_another_machine_is_named(tmp_path):
    foreign = executable(tmp_path / "memcached", "\x7fELF of some other kind")
    with pytest.raises(engines.EngineError, match=re.escape(str(foreign))):
        engines.MemcachedServer(binary=foreign)


def test_a_file_that_may_not_be_run_is_named(tmp_path):
    plain = tmp_path / "valkey-server"
    plain.write_text("#!/bin/sh\n")
    with pytest.raises(engines.EngineError, match="could not be started.*[Pp]ermission") as error:
        engines.ValkeyServer(binary=plain)
    assert str(plain) in str(error.value)


def test_a_server_that_never_answers_is_given_up_and_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(module("engine"), "START_SECONDS", 0.3)
    pidfile = tmp_path / "pid"
    script = f"#!/bin/sh\necho $$ > {pidfile}\necho thinking\nexec sleep 60\n"
    mute = executable(tmp_path / "valkey-server", script)
    with pytest.raises(engines.EngineError, match="did not answer(.|\n)*thinking"):
        engines.ValkeyServer(binary=mute)
    assert not psutil.pid_exists(int(pidfile.read_text()))


def test_a_setting_the_server_refuses_is_quoted(empty):
    with pytest.raises(engines.EngineError, match="maxmemory banana"):
        engines.ValkeyServer({"maxmemory": "banana"})
    with pytest.raises(engines.EngineError, match="item size limit"):
        engines.MemcachedServer(("-m", "banana"))
    with pytest.raises(engines.EngineError, match="max_connections"):
        engines.PostgresServer(empty, settings={"max_connections": "banana"})


def test_an_engine_that_died_by_itself_is_noticed():
    valkey = engines.valkey()
    valkey.client(retry=None).shutdown(nosave=True)
    assert valkey._process.wait(60)
    assert not valkey.alive
    assert engines.valkey().client().ping()


def test_only_a_server_that_nobody_ended_is_lost(start):
    engine = start()
    assert not engine.lost
    engine.kill()
    assert not engine.lost
    engine.restart()
    psutil.Process(engine.pid).kill()
    assert gone(engine) and engine.lost
    if start() is not engine:  # only if another program has taken its port meanwhile
        with pytest.raises(engines.PortTaken):
            engine.restart()
    else:
        assert engine.alive and not engine.lost


def test_a_cell_that_fails_for_want_of_a_server_says_what_to_do(capsys):
    shell = InteractiveShell()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.get_ipython", lambda: shell)
        module("advice").offer()
    engine = engines.valkey()
    shell.run_cell("1 / 0")
    assert "ended" not in capsys.readouterr().out  # nothing is lost
    engine.kill()
    shell.run_cell("1 / 0")
    assert "ended" not in capsys.readouterr().out  # an outage on purpose explains itself
    shell.run_cell("raise ConnectionError('refused')")  # by a cell that came after it, and should not have
    assert "Valkey has been ended by a cell above, and not restarted." in capsys.readouterr().out
    engine.restart()
    shell.run_cell("raise ConnectionError('refused')")
    assert "ended" not in capsys.readouterr().out
    psutil.Process(engine.pid).kill()
    assert gone(engine)
    shell.run_cell("1 + 1")
    assert "ended" not in capsys.readouterr().out  # and nobody minds
    shell.run_cell("1 / 0")
    said = capsys.readouterr().out
    assert "Valkey has ended, and nothing in this notebook did it" in said
    assert "Run the cell that printed the badges again" in said
    engines.stop_all()
    shell.run_cell("1 / 0")
    assert "ended" not in capsys.readouterr().out


def gone(engine) -> bool:
    """Waits until the engine knows that its process has ended."""
    deadline = time.monotonic() + 20
    while engine.alive and time.monotonic() < deadline:
        time.sleep(0.02)
    return not engine.alive
