"""The relay: nothing is lost or reordered, whatever the delay; each way of going wrong comes on demand."""

import contextlib
import os
import socket
import ssl
import threading
import time

import psutil
import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from cachelab import engines
from cachelab.engines.relay import Relay
from cachelab.engines.tls import authority
from tests.oracle.depth import examples

pytestmark = pytest.mark.usefixtures("alone")


class Peer:
    """A server that sends back what it gets, and closes when the client does."""

    def __init__(self, greeting: bytes = b"") -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.greeting = greeting
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    def _echo(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.sendall(self.greeting)
            while data := connection.recv(65536):
                connection.sendall(data)

    def close(self) -> None:
        self.listener.close()


@pytest.fixture
def peer():
    peer = Peer()
    yield peer
    peer.close()


def connect(relay: Relay) -> socket.socket:
    connection = socket.create_connection((relay.host, relay.port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def receive(connection: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size and (data := connection.recv(65536)):
        received += data
    return bytes(received)


@pytest.fixture(scope="module")
def everlasting():
    engines.stop_all()
    peer = Peer()
    yield peer
    peer.close()


@settings(max_examples=examples(25), deadline=None)
@given(
    chunks=st.lists(st.tuples(st.integers(1, 200_000), st.sampled_from([0.0, 0.0002, 0.002])), max_size=6),
    half_close=st.booleans(),
)
def test_what_goes_in_comes_out(everlasting, chunks, half_close):
    sent = [os.urandom(size) for size, _ in chunks]
    with Relay(everlasting.address) as relay, connect(relay) as connection:

        def send():
            for data, (_, delay) in zip(sent, chunks, strict=True):
                relay.delay = delay
                connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        received = receive(connection, sum(map(len, sent)))
        assert received == b"".join(sent)
        sender.join()
        if half_close:
            assert connection.recv(1) == b""


def test_a_delay_is_never_shorter_than_asked(peer):
    with Relay(peer.address) as relay, connect(relay) as connection:
        for delay in (0.001, 0.005, 0.02):
            relay.delay = delay
            started = time.perf_counter()
            connection.sendall(b"x")
            receive(connection, 1)
            assert time.perf_counter() - started >= 2 * delay
        assert "20 ms each way" in repr(relay)


def test_opening_a_connection_costs_its_round_trip_too(peer):
    with Relay(peer.address, delay=0.02) as relay:
        started = time.perf_counter()
        with connect(relay) as connection:
            connection.sendall(b"x")
            receive(connection, 1)
        assert time.perf_counter() - started >= 0.08


def test_many_small_messages_travel_together(peer):
    # One at a time, 100 messages of 0.2 s each way would take 40 s, on any machine.
    with Relay(peer.address, delay=0.2) as relay, connect(relay) as connection:
        started = time.perf_counter()
        for number in range(100):
            connection.sendall(bytes([number]))
        assert receive(connection, 100) == bytes(range(100))
        assert time.perf_counter() - started < 40


def test_more_data_than_fits_on_the_way_is_slowed_down_not_lost(peer):
    data = os.urandom(30 << 20)
    with Relay(peer.address, delay=0.005) as relay, connect(relay) as connection:
        threading.Thread(target=connection.sendall, args=(data,), daemon=True).start()
        time.sleep(0.3)  # nobody reads yet
        assert receive(connection, len(data)) == data


def test_a_target_that_does_not_read_stops_the_sender():
    with socket.create_server(("127.0.0.1", 0)) as listener:  # it accepts, and reads nothing
        for delay in (0, 2):  # held up behind the relay, and in it
            with Relay(listener.getsockname(), delay=delay) as relay, connect(relay) as connection:
                connection.settimeout(0.5)
                accepted = 0
                with pytest.raises(TimeoutError):
                    while accepted < 200 << 20:
                        accepted += connection.send(bytes(1 << 20))
                assert accepted < 64 << 20


def test_200_connections_at_once(peer):
    with Relay(peer.address, delay=0.001) as relay, contextlib.ExitStack() as opened:
        connections = [opened.enter_context(connect(relay)) for _ in range(200)]
        for number, connection in enumerate(connections):
            connection.sendall(b"%3d" % number)
        for number, connection in enumerate(connections):
            assert receive(connection, 3) == b"%3d" % number
        assert relay.connections == 200


def test_ended_connections_are_forgotten(peer):
    with Relay(peer.address) as relay:
        for _ in range(20):
            with connect(relay) as connection:
                connection.sendall(b"x")
                receive(connection, 1)
        deadline = time.monotonic() + 60
        while relay.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        assert relay.connections == 0


def test_the_same_address_leads_elsewhere():
    one, two = Peer(b"one"), Peer(b"two")
    with Relay(one.address) as relay, connect(relay) as old:
        assert receive(old, 3) == b"one"
        relay.retarget(*two.address)
        with connect(relay) as new:
            assert receive(new, 3) == b"two"
        old.sendall(b"still")
        assert receive(old, 5) == b"still"  # open connections stay
        relay.cut()
        assert old.recv(1) == b""
        relay.retarget(one.address, two.address)  # in turn
        words = []
        for _ in range(4):
            with connect(relay) as new:
                words.append(receive(new, 3))
        assert sorted(words) == [b"one", b"one", b"two", b"two"]
    one.close(), two.close()


def test_hang_accepts_and_never_answers_until_resumed(peer):
    with Relay(peer.address) as relay, connect(relay) as old:
        old.sendall(b"a")
        assert receive(old, 1) == b"a"
        relay.hang()
        with connect(relay) as new:
            for connection in (old, new):
                connection.settimeout(0.1)
                connection.sendall(b"b")
                with pytest.raises(TimeoutError):
                    connection.recv(1)
            relay.resume()
            for connection in (old, new):
                connection.settimeout(10)
                assert receive(connection, 1) == b"b"


def test_a_black_hole_answers_nothing_at_all_until_resumed(peer):
    with Relay(peer.address) as relay, connect(relay) as old:
        old.sendall(b"a")
        assert receive(old, 1) == b"a"
        relay.black_hole()
        for _ in range(3):  # neither refused nor accepted
            with pytest.raises(TimeoutError):
                socket.create_connection((relay.host, relay.port), timeout=0.2)
        old.settimeout(0.1)
        old.sendall(b"b")
        with pytest.raises(TimeoutError):
            old.recv(1)
        relay.resume()
        old.settimeout(10)
        assert receive(old, 1) == b"b"
        for _ in range(3):
            with connect(relay) as new:
                new.sendall(b"c")
                assert receive(new, 1) == b"c"


@pytest.mark.parametrize("then", ["hang", "refuse"])
def test_a_black_hole_can_become_another_outage(peer, then):
    with Relay(peer.address) as relay:
        relay.black_hole()
        getattr(relay, then)()
        if then == "refuse":
            with pytest.raises(ConnectionRefusedError):
                connect(relay)
        else:
            connect(relay).close()
        relay.black_hole()
        with pytest.raises(TimeoutError):
            socket.create_connection((relay.host, relay.port), timeout=0.2)
        relay.resume()
        with connect(relay) as new:
            new.sendall(b"c")
            assert receive(new, 1) == b"c"


def test_refuse_refuses_and_resume_listens_again_on_the_same_port(peer):
    with Relay(peer.address) as relay, connect(relay) as old:
        port = relay.port
        relay.refuse()
        with pytest.raises(ConnectionRefusedError):
            connect(relay)
        old.sendall(b"a")
        assert receive(old, 1) == b"a"
        relay.resume()
        with connect(relay) as new:
            new.sendall(b"b")
            assert receive(new, 1) == b"b"
        assert relay.port == port


def test_a_dead_target_resets_the_connection():
    dead = socket.socket()
    dead.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens
    with dead, Relay(dead.getsockname()) as relay:
        # On a busy machine the reset may come before connect() has returned.
        with pytest.raises(ConnectionResetError), connect(relay) as connection:
            connection.recv(1)


def test_closed_is_closed(peer):
    relay = Relay(peer.address)
    with connect(relay) as connection:
        relay.close()
        relay.close()
        assert connection.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(relay)


def test_stop_all_ends_relays_and_a_new_one_can_be_made(peer):
    relay = Relay(peer.address)
    pid = relay._child.pid
    engines.stop_all()
    assert not psutil.pid_exists(pid)
    with pytest.raises(engines.EngineError, match="closed"):
        relay.cut()
    relay.close()
    with Relay(peer.address) as again, connect(again) as connection:
        connection.sendall(b"x")
        assert receive(connection, 1) == b"x"


def test_a_taken_port_is_named(peer):
    with pytest.raises(engines.PortTaken, match=str(peer.address[1])):
        Relay(peer.address, port=peer.address[1])


@pytest.mark.parametrize("target", [("127.0.0.1", 0), ("127.0.0.1", "6379"), (1, 2), "127.0.0.1:6379"])
def test_what_is_no_target_is_refused(target):
    with pytest.raises(ValueError, match="no target"):
        Relay(target)


@pytest.mark.parametrize("delay", [-0.1, 61, float("nan")])
def test_what_is_no_delay_is_refused(peer, delay):
    with pytest.raises(ValueError, match="seconds"):
        Relay(peer.address, delay=delay)


def test_tls_is_verified_against_the_kernels_own_authority():
    valkey = engines.valkey()
    with Relay((valkey.host, valkey.port), tls=authority().server_material()) as relay:
        settings = {"port": relay.port, "ssl": True, "retry": None}
        for host in ("127.0.0.1", "localhost"):
            client = redis.Redis(host, ssl_ca_certs=authority().ca_file, **settings)
            value = os.urandom(3 << 20)
            client.set("a", value)
            assert client.get("a") == value
        with pytest.raises(redis.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
            redis.Redis("127.0.0.1", **settings).ping()
        with pytest.raises(redis.RedisError):
            redis.Redis("127.0.0.1", relay.port, retry=None, socket_timeout=5).ping()  # no TLS


def test_a_certificate_for_another_name_is_not_accepted():
    material = authority().server_material(("cache.example",))
    context = ssl.create_default_context(cafile=authority().ca_file)
    peer = Peer()
    with Relay(peer.address, tls=material) as relay:
        with connect(relay) as connection, pytest.raises(ssl.SSLCertVerificationError, match="127.0.0.1"):
            context.wrap_socket(connection, server_hostname="127.0.0.1")
        with connect(relay) as plain:
            connection = context.wrap_socket(plain, server_hostname="cache.example")
            connection.sendall(b"x")
            assert connection.recv(1) == b"x"
            connection.close()
    peer.close()


def test_one_port_may_take_both(peer):
    context = ssl.create_default_context(cafile=authority().ca_file)
    with Relay(peer.address, tls=authority().server_material(), plain_too=True) as relay:
        with connect(relay) as plain:
            plain.sendall(b"plain")
            assert receive(plain, 5) == b"plain"
        with context.wrap_socket(connect(relay), server_hostname="localhost") as secret:
            secret.sendall(b"secret")
            assert receive(secret, 6) == b"secret"
