"""What the load's clients ask for, and what they are told when it cannot be."""

import pytest

from cachelab.workload._client import VALUE, asked
from cachelab.workload.clients import Clients, Throughput


@pytest.mark.parametrize("batch", [1, 2, 20])
def test_requests_and_the_length_of_their_answers(batch):
    request, length = asked("memcached", batch)
    assert request == b"get" + b" load:value" * batch + b"\r\n"
    assert length == len(b"VALUE load:value 0 100\r\n" + b"x" * VALUE + b"\r\n") * batch + len(b"END\r\n")
    request, length = asked("valkey", batch)
    assert request == b"*2\r\n$3\r\nGET\r\n$10\r\nload:value\r\n" * batch
    assert length == (len(b"$100\r\n\r\n") + VALUE) * batch


def test_reads_as_text():
    assert str(Throughput(12_345.6, 0.94, 1, 1.0)) == "   12,346 reads/s on 0.9 cores, 1 thread at work"
    assert str(Throughput(1.0, 1.5, 4, 0.3)).endswith("4 threads at work")


def test_too_many_clients_are_refused():
    with pytest.raises(ValueError, match="count=0: from 1 to 16 clients"):
        Clients(0)
    with Clients(1) as clients, pytest.raises(ValueError, match="clients=2: there are 1 to send"):
        clients.run(None, 2)
