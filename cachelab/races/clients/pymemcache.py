"""The pymemcache client that a client function gets: pymemcache itself, on a socket that leads to the
explorer.

`default_noreply` is off, unlike pymemcache's own default, so that every call is answered: with it on, `add`
and `replace` report success whatever happened.
"""

from __future__ import annotations

from pymemcache.client.base import Client

from cachelab.races.calls import LOST, Call
from cachelab.races.models import memcached as model
from cachelab.races.refusals import NotModelled


class MemcachedClient(Client):
    """pymemcache.Client(…, default_noreply=False) whose requests are the explorer's steps."""

    def __init__(self, session):
        super().__init__(("the explorer", 0), default_noreply=False)
        self._session = session

    def forget(self) -> None:
        """Nothing of one run is left for the next."""
        self.sock = None

    def _connect(self):
        self.sock = _Socket(self._session)


class _Socket:
    """Answers requests with what the session knows; a lost call closes the connection."""

    def __init__(self, session):
        self._session = session
        self._answer = b""
        self._closed = False

    def sendall(self, requests: bytes) -> None:
        try:
            commands = model.split(requests)
            for command in commands:
                model.check(command)
        except NotModelled as problem:
            self._session.abort(problem)
        if sum(not command.startswith(b"mn") for command in commands) > 1 and commands[0][:2] in (
            b"mg",
            b"ms",
            b"md",
        ):
            self._session.abort(
                model.refuse("several meta commands in one raw_command; send them one by one")
            )
        for index, command in enumerate(commands):
            if command == b"mn\r\n":
                self._answer += b"MN\r\n"
                continue
            answer = self._session.call(Call("memcached", command))
            if answer is LOST:
                self._closed, self._answer = True, b""
                return
            if command.startswith(b"get") and index + 1 < len(commands):
                answer = answer.removesuffix(b"END\r\n")
            self._answer += answer

    def recv(self, size: int) -> bytes:
        if not self._answer and not self._closed:
            self._session.abort(
                NotModelled(
                    "raw_command waits for its end_tokens, and the server has nothing more to say: "
                    'a meta command ends with "\\r\\n"; a value can be read with "mg … v\\r\\nmn" '
                    'and end_tokens="MN\\r\\n"'
                )
            )
        answer, self._answer = self._answer[:size], self._answer[size:]
        return answer

    def close(self) -> None:
        self._closed = True
