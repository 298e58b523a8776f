"""The relays of one kernel, in a process of their own: the kernel's load must not slow the network down.

Each door listens on one address and forwards to a target. What arrives is stamped with the time it is
due at the other side and released then, so a delay costs no throughput and keeps the order.

Run as a script, standard library only; child.py describes how the kernel talks to it.
"""

import asyncio
import collections
import contextlib
import errno
import itertools
import json
import os
import select
import selectors
import socket
import ssl
import sys
import threading
import time

QUEUE_BYTES = 8 << 20  # as much as may be on its way in one direction of one connection
WAKING_SECONDS = 60e-6  # waking from a sleep takes about that long
TLS_HANDSHAKE = b"\x16"
BACKLOG = 512
MOST_PLUGS = 64
PLUG_SECONDS = 0.1  # a connection on loopback that is answered at all is answered at once


class Flow(asyncio.Protocol):
    """One side of a connection: what arrives here is due at `peer` one delay later."""

    def __init__(self, link: "Link") -> None:
        self.link = link
        self.peer: Flow
        self.transport: asyncio.Transport | None = None
        self.queue: collections.deque[tuple[float, bytes | None]] = collections.deque()
        self.queued = 0
        self.timer: asyncio.TimerHandle | None = None
        self.peer_is_full = False
        self.finished = False  # all that arrived has been passed on, and so has the end of it
        self.gone = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        if self.queue or self.link.delay or self.link.held:
            self.push(data)
        else:
            self.peer.transport.write(data)

    def eof_received(self) -> bool:
        self.push(None)
        return self.transport.can_write_eof()  # stay open the other way, which TLS cannot

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        if error or self.peer.gone or self.peer.transport is None:
            self.link.close()
        elif not self.finished:
            self.push(None)

    def pause_writing(self) -> None:
        self.peer.peer_is_full = True
        self.peer.steer()

    def resume_writing(self) -> None:
        self.peer.peer_is_full = False
        self.peer.steer()

    def push(self, data: bytes | None) -> None:
        """Queue data, or None for the end of them."""
        self.queue.append((self.link.due(), data))
        self.queued += len(data or b"")
        self.schedule()
        self.steer()

    def schedule(self) -> None:
        """Set the timer for what is due next."""
        if self.timer is None and self.queue and not self.link.held:
            self.timer = self.link.loop.call_at(self.queue[0][0], self.release)

    def release(self) -> None:
        """Pass on everything that is due."""
        self.timer = None
        if self.link.held:
            return
        now = self.link.loop.time()
        while self.queue and self.queue[0][0] <= now:
            _, data = self.queue.popleft()
            if data is None:
                self.finish()
                return
            self.queued -= len(data)
            self.peer.transport.write(data)
        self.schedule()
        self.steer()

    def finish(self) -> None:
        """Pass the end on: of this direction, or of the whole connection."""
        self.finished = True
        self.queue.clear()
        over = self.gone or self.peer.finished or not self.peer.transport.can_write_eof()
        if not over:
            self.peer.transport.write_eof()
            return
        for flow in (self.peer, self):
            flow.transport.close()  # once what was written is sent

    def steer(self) -> None:
        """Read on, or wait for the other side to catch up."""
        if self.transport is None or self.transport.is_closing():
            return
        if self.link.held or self.peer_is_full or self.queued > QUEUE_BYTES:
            self.transport.pause_reading()
        elif not self.finished:
            self.transport.resume_reading()


class Link:
    """One client's connection through a door."""

    def __init__(self, door: "Door", connection: socket.socket) -> None:
        self.door = door
        self.loop = door.loop
        self.connection = connection
        self.client, self.server = Flow(self), Flow(self)
        self.client.peer, self.server.peer = self.server, self.client
        # The opening handshake is a round trip too, though the client's own kernel has answered it.
        self.opened = self.loop.time() + 2 * door.delay
        self.adopted = False  # by a transport, which then closes the socket
        self.task = self.loop.create_task(self.open())
        self.task.add_done_callback(lambda _: self.adopted or connection.close())

    @property
    def delay(self) -> float:
        return self.door.delay

    @property
    def held(self) -> bool:
        return self.door.hanging

    def due(self) -> float:
        return max(self.loop.time(), self.opened) + self.door.delay

    async def open(self) -> None:
        try:
            await self.door.flowing.wait()
            context = self.door.tls
            if context and self.door.plain_too and await self.first_byte() != TLS_HANDSHAKE:
                context = None
            self.adopted = True
            await self.loop.connect_accepted_socket(lambda: self.client, self.connection, ssl=context)
            host, port = next(self.door.targets)
            await self.loop.create_connection(lambda: self.server, host, port)
        except (OSError, ssl.SSLError):
            self.refuse()
            return
        self.client.steer()
        self.server.steer()

    async def first_byte(self) -> bytes:
        """The first byte the client sends, which stays to be read."""
        arrived = asyncio.Event()
        self.loop.add_reader(self.connection, arrived.set)
        try:
            await arrived.wait()
            return self.connection.recv(1, socket.MSG_PEEK)
        finally:
            self.loop.remove_reader(self.connection)

    def refuse(self) -> None:
        """Reset the client's connection: nobody is there behind the door."""
        with contextlib.suppress(OSError):
            linger = b"\1\0\0\0\0\0\0\0" if os.name == "posix" else b"\1\0\0\0"
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close()

    def close(self) -> None:
        if not self.task.done():
            self.task.cancel()
        for flow in (self.client, self.server):
            if flow.timer:
                flow.timer.cancel()
            flow.queue.clear()
            if flow.transport:
                flow.transport.abort()
        self.door.links.discard(self)

    def steer(self) -> None:
        for flow in (self.client, self.server):
            flow.schedule()
            flow.steer()


class Door:
    """One listening address and where it leads."""

    def __init__(self, loop: asyncio.AbstractEventLoop, host: str, port: int) -> None:
        self.loop, self.host, self.port = loop, host, port
        self.delay = 0.0
        self.targets = itertools.cycle([(host, port)])
        self.tls: ssl.SSLContext | None = None
        self.plain_too = False
        self.hanging = False
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.links: set[Link] = set()
        self.plugs: dict[tuple, socket.socket] = {}  # what fills the queue of a black hole, by address
        self.listener: socket.socket | None = None
        self.listen()

    def listen(self) -> None:
        if self.listener:
            return
        listener = socket.socket()
        try:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
            listener.listen(BACKLOG)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
        self.listener = listener
        self.watch()

    def accept(self) -> None:
        while self.listener:
            try:
                connection, _ = self.listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:  # no file descriptors left: others wait in the queue until some are
                self.loop.remove_reader(self.listener)
                self.loop.call_later(0.1, self.watch)
                return
            if self.is_plug(connection):
                connection.close()
                continue
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.links.add(Link(self, connection))

    def watch(self) -> None:
        if self.listener:
            self.loop.add_reader(self.listener, self.accept)

    def set(self, targets=None, delay=None) -> None:
        if targets is not None:
            self.targets = itertools.cycle([tuple(target) for target in targets])
        if delay is not None:
            self.delay = delay

    def secure(self, certificate_file: str, key_file: str, plain_too: bool) -> None:
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(certificate_file, key_file)
        self.plain_too = plain_too

    def hang(self) -> None:
        self.listen()
        self.unplug()
        self.hanging = True
        self.flowing.clear()
        self.steer()

    def black_hole(self) -> None:
        """Take no connection any more, and fill the queue of those that wait: the rest get no answer."""
        self.listen()
        self.hanging = True
        self.flowing.clear()
        self.steer()
        self.loop.remove_reader(self.listener)
        self.listener.listen(0)
        while len(self.plugs) < MOST_PLUGS:
            plug = socket.socket()
            plug.setblocking(False)
            plug.connect_ex((self.host, self.port))
            self.plugs[plug.getsockname()] = plug
            if not select.select([], [plug], [], PLUG_SECONDS)[1]:
                return  # it got no answer either: the queue is full

    def is_plug(self, connection: socket.socket) -> bool:
        try:
            return connection.getpeername() in self.plugs
        except OSError:  # it has left already
            return False

    def unplug(self) -> None:
        """Open the queue again, and drop what filled it."""
        if not self.plugs:
            return
        self.listener.listen(BACKLOG)
        self.accept()
        for plug in self.plugs.values():
            plug.close()
        self.plugs.clear()
        self.watch()

    def resume(self) -> None:
        self.listen()
        self.unplug()
        self.hanging = False
        self.flowing.set()
        self.steer()

    def steer(self) -> None:
        for link in list(self.links):
            link.steer()

    def refuse(self) -> None:
        if self.listener:
            self.loop.remove_reader(self.listener)
            self.listener.close()
            self.listener = None
        for plug in self.plugs.values():
            plug.close()
        self.plugs.clear()

    def cut(self) -> None:
        for link in list(self.links):
            link.close()


class Server:
    """Answers the kernel's requests; each method named `on_…` is one of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.doors: dict[int, Door] = {}

    def on_open(self, key, host, port, targets, delay, certificate_file, key_file, plain_too) -> dict:
        try:
            door = Door(self.loop, host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return {"taken": True}
            raise
        door.set(targets, delay)
        if certificate_file:
            try:
                door.secure(certificate_file, key_file, plain_too)
            except BaseException:
                door.refuse()
                raise
        self.doors[key] = door
        return {}

    def on_set(self, key, **settings) -> dict:
        self.doors[key].set(**settings)
        return {}

    def on_do(self, key, what) -> dict:
        getattr(self.doors[key], what)()
        return {}

    def on_count(self, key) -> dict:
        return {"connections": len(self.doors[key].links)}

    def on_close(self, key) -> dict:
        if door := self.doors.pop(key, None):
            door.refuse()
            door.cut()
        return {}

    async def answer(self, question: str, request: dict) -> dict:
        try:
            return getattr(self, f"on_{question}")(**request)
        except Exception as error:
            return {"error": f"the relay could not {question}: {error}"}


def listen_to_kernel(server: Server, loop: asyncio.AbstractEventLoop) -> None:
    """In a thread of its own: Windows cannot wait for a pipe and sockets together."""
    try:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            number, question = request.pop("number"), request.pop("question")
            answer = asyncio.run_coroutine_threadsafe(server.answer(question, request), loop).result()
            os.write(1, json.dumps({"number": number, **answer}).encode() + b"\n")
    except OSError:
        pass  # the kernel is gone
    finally:
        os._exit(0)


def allow_many_connections() -> None:
    """Raise the limit on open files as far as we may; each connection takes two."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 65_536 if most == resource.RLIM_INFINITY else min(most, 65_536)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


if sys.platform == "linux":

    class Selector(selectors.EpollSelector):
        """epoll counts in milliseconds, and so would our delays; select counts in microseconds.

        Waking up takes a while too, so the last moment before a deadline is spent awake.
        """

        def select(self, timeout=None):
            if timeout is None or timeout <= 0:
                return super().select(timeout)
            deadline = time.monotonic() + timeout
            if timeout > WAKING_SECONDS:
                select.select([self.fileno()], [], [], timeout - WAKING_SECONDS)
            while not (events := super().select(0)) and time.monotonic() < deadline:
                pass
            return events

    def wake_on_time() -> None:
        """Ask for timers that are not rounded to 50 microseconds."""
        import ctypes

        pr_set_timerslack = 29
        ctypes.CDLL(None).prctl(pr_set_timerslack, 1, 0, 0, 0)
else:
    Selector = selectors.DefaultSelector

    def wake_on_time() -> None:
        pass


def main() -> None:
    allow_many_connections()
    wake_on_time()
    loop = asyncio.SelectorEventLoop(Selector())
    asyncio.set_event_loop(loop)
    thread = threading.Thread(target=listen_to_kernel, args=(Server(loop), loop), daemon=True)
    thread.start()
    loop.run_forever()


if __name__ == "__main__":
    main()
