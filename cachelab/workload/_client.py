"""One client of a load: asks a server for the same value over and over, and counts the answers.

Run as a script, standard library only (clients.py starts it): Python's part in it is one send and a few
receives for each batch, so that the server is what is busy.
"""

import json
import socket
import sys
import time

VALUE = 100  # bytes
KEY = b"load:value"


def asked(protocol, batch):
    """The bytes that ask for the value `batch` times in one trip, and the number of bytes that answer."""
    if protocol == "memcached":  # answers to `get`s in a row leave one by one; to a multi-get, together
        request = b"get" + b" %s" % KEY * batch + b"\r\n"
        return request, batch * len(b"VALUE %s 0 %d\r\n%s\r\n" % (KEY, VALUE, b"x" * VALUE)) + len(b"END\r\n")
    request = b"*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n" % (len(KEY), KEY)
    return request * batch, batch * len(b"$%d\r\n%s\r\n" % (VALUE, b"x" * VALUE))


def run(protocol, host, port, seconds, batch):
    """Reads answered in so many seconds, `batch` of them in each trip."""
    request, wanted = asked(protocol, batch)
    got = bytearray(1 << 16)
    with socket.create_connection((host, port), timeout=20) as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answered, start = 0, time.perf_counter()
        while (took := time.perf_counter() - start) < seconds:
            server.sendall(request)
            left = wanted
            while left > 0:
                received = server.recv_into(got)
                if not received:
                    raise ConnectionError("the server closed the connection")
                left -= received
            answered += batch
    return {"answered": answered, "seconds": took}


def main():
    for line in sys.stdin:
        fields = json.loads(line)
        number, question = fields.pop("number"), fields.pop("question")
        try:
            answer = run(**fields) if question == "run" else {}
        except (OSError, KeyError, TypeError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"number": number, **answer}), flush=True)


if __name__ == "__main__":
    main()
