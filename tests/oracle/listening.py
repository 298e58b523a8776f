"""Where this process listens."""

import psutil


def listening() -> set[int]:
    """The ports on which this process and those below it listen. A port that one of them has left may be
    another program's the next moment, so that an answer from it says nothing."""
    me = psutil.Process()
    return {
        connection.laddr.port
        for process in [me, *me.children(recursive=True)]
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
