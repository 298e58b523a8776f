"""The account's front door: an HTTP server on loopback that boto3, the `aws` command and others can use."""

import io
import json
import logging
import re
import threading
from collections.abc import Callable, Container, Iterable
from functools import cache, lru_cache
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

NOT_IN_THE_BOX = "NotImplemented"  # the code of faults.py, which is imported later
ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"
CLOSE_POLL = 0.05  # seconds between two looks at whether to close


class Server:
    """Serves one account's API at `url`. All of moto's services answer; two are ours."""

    def __init__(self, account_id: str) -> None:
        # Imported when the first account opens: half a second, and a lesson may never open one.
        from moto.moto_server.werkzeug_app import MotoRequestHandler
        from werkzeug.serving import make_server

        from cachelab.engines.ports import free_port

        from .api import model, wire
        from .metrics import backend as cloudwatch

        wire.install()
        cloudwatch.install()
        moto = _moto()

        def application(environ, start_response):
            environ[ACCOUNT_HEADER] = account_id  # each account sees only its own things
            if _unsigned(environ, model.operations()):
                return _refuse(
                    environ,
                    start_response,
                    "403 Forbidden",
                    "MissingAuthenticationToken",
                    "Request is missing Authentication Token",
                )
            try:
                return moto(environ, start_response)
            except (ImportError, NotImplementedError) as missing:
                return _not_in_the_box(environ, start_response, missing)

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server(
            "127.0.0.1", free_port(), application, threaded=True, request_handler=MotoRequestHandler
        )
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(CLOSE_POLL,), daemon=True, name="cloud-api"
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@cache
def _moto():
    """moto's application, one for all accounts: its routes take a tenth of a second to set up."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    class Dispatcher(DomainDispatcherApplication):
        def get_backend_for_host(self, host):
            known = host is None or not host.endswith("amazonaws.com")
            if known or any(pattern.match(f"http://{host}") for _, pattern in self.backend_url_patterns):
                return super().get_backend_for_host(host)
            raise ModuleNotFoundError(f"nobody answers for {host}")

    moto = Dispatcher(create_backend_app)
    # It lists its own folder for every request, a tenth of the time that one takes.
    moto.get_backend_for_host = lru_cache(maxsize=64)(moto.get_backend_for_host)
    return moto


def _not_in_the_box(environ: dict, start_response: Callable, missing: Exception) -> Iterable[bytes]:
    """An AWS error for a service, or an operation of one, that moto lacks: once, without a retry.

    The body is one that the client's protocol reads: JSON, or XML for the query protocols and EC2's.
    """
    signed = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    service = signed[1] if signed else "this service"
    what = f"{service} is" if isinstance(missing, ImportError) else f"this operation of {service} is"
    message = f"{what} not in this account in a box. ElastiCache, CloudWatch, EC2, SNS, SQS and IAM are."
    if service == "cloudformation":
        message += (
            " A template's AWS::ElastiCache resources are made by the calls of their names: use boto3 or aws."
        )
    return _refuse(environ, start_response, "400 Bad Request", NOT_IN_THE_BOX, message)


def _unsigned(environ: dict, operations: Container[str]) -> bool:
    """Whether this is a request to ElastiCache that nobody signed. moto would think it another service's."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    form = length and "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", "")
    if not form or environ.get("HTTP_AUTHORIZATION") or "X-Amz-Signature" in environ.get("QUERY_STRING", ""):
        return False
    body = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return parse_qs(body.decode(errors="replace")).get("Action", [""])[0] in operations


def _refuse(environ: dict, start_response: Callable, status: str, code: str, message: str) -> Iterable[bytes]:
    """An AWS error, in the protocol that the client reads."""
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        kind = "text/xml"
        error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        body = f"<ErrorResponse><Errors>{error}</Errors>{error}</ErrorResponse>"
    else:
        kind = "application/json"
        body = json.dumps({"__type": code, "message": message, "Message": message})
    headers = [("Content-Type", kind), ("x-amzn-ErrorType", code)]
    start_response(status, headers)
    return [body.encode()]
