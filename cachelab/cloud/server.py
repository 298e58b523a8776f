"""The account's front door: an HTTP server on loopback that boto3, the `aws` command and others can use."""

import logging
import threading

ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"
CLOSE_POLL = 0.05  # seconds between two looks at whether to close


class Server:
    """Serves one account's API at `url`. All of moto's services answer; two are ours."""

    def __init__(self, account_id: str) -> None:
        # Imported when the first account opens: half a second, and a lesson may never open one.
        from moto.moto_server.werkzeug_app import (
            DomainDispatcherApplication,
            MotoRequestHandler,
            create_backend_app,
        )
        from werkzeug.serving import make_server

        from cachelab.engines.ports import free_port

        from .api import wire
        from .metrics import backend as cloudwatch

        wire.install()
        cloudwatch.install()
        moto = DomainDispatcherApplication(create_backend_app)

        def application(environ, start_response):
            environ[ACCOUNT_HEADER] = account_id  # each account sees only its own things
            return moto(environ, start_response)

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
