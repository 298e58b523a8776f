"""The teacher's page, served on this machine: the files beside this one, and behind a token the class.

The token stands in the address after #, so the browser sends it to nobody, and in no log. It comes back in a
header of the page's own requests, which no other page can set.
"""

import hmac
import json
import secrets
import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .roll import Roll

HERE = Path(__file__).parent
FILES = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
LONGEST = 1000  # bytes of a request's body
# Nothing from anywhere else, nothing inline, and no page around it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


class Page:
    """Serves until `close`. Raises OSError if nobody can listen there."""

    def __init__(self, roll: Roll, lock: threading.Lock, host: str, port: int = 0):
        self.token = secrets.token_urlsafe(24)
        self._server = ThreadingHTTPServer((host, port), partial(_Request, roll, lock, self.token))
        self._thread = threading.Thread(target=self._server.serve_forever, name="class page", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}/#{self.token}"

    def close(self) -> None:
        """Twice does no harm."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Request(BaseHTTPRequestHandler):
    timeout = 10  # seconds for a request to be sent

    def __init__(self, roll: Roll, lock: threading.Lock, token: str, *args):
        self._roll, self._lock, self._token = roll, lock, token
        super().__init__(*args)

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path in FILES:
            name, kind = FILES[path]
            self._reply((HERE / name).read_bytes(), kind)
        else:
            self._ask({"/class": lambda _: None})

    def do_POST(self):
        self._ask(
            {
                "/open": lambda given: self._roll.open(str(given["id"]), given["open"] is True),
                "/start": lambda given: self._roll.start(given.get("at")),
            }
        )

    def _ask(self, known: dict[str, Callable[[dict], None]]) -> None:
        """Do it, and answer with the picture of the class."""
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            self.send_error(HTTPStatus.UNAUTHORIZED, "Open all of the address that cachelab class printed")
            return
        if self.path not in known:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST)
            body = json.loads(self.rfile.read(length) or "{}")
            with self._lock:
                known[self.path](body)
                picture = self._roll.picture()
        except (ValueError, KeyError, TypeError, AttributeError):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self._reply(json.dumps(picture).encode(), "application/json")

    def _reply(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
