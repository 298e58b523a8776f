"""What lesson 10 says of fields that revive nothing, and of a transaction that is refused as a whole."""

import pytest
import redis

from cachelab.engines import ValkeyServer
from cachelab.engines.valkey import find_server

pytestmark = pytest.mark.skipif(find_server() is None, reason="needs a real server")


@pytest.fixture(scope="module")
def cache():
    server = ValkeyServer()
    with server.client(decode_responses=True, single_connection_client=True) as client:
        yield client
    server.stop()


@pytest.mark.parametrize("word, new_field", [("XX", 1), ("FXX", 0)])
def test_a_session_in_a_hash_is_changed_only_while_it_is_there(cache, word, new_field):
    def store(field, value):
        return cache.execute_command("HSETEX", "session", word, "FIELDS", 1, field, value)

    cache.delete("session")
    assert store("cart", 2) == 0 and not cache.exists("session")
    cache.hset("session", "cart", 1)
    cache.expire("session", 1800)
    assert store("cart", 2) == 1 and cache.hget("session", "cart") == "2" and cache.ttl("session") > 0
    assert store("page", "/cart") == new_field


@pytest.mark.parametrize("moment", ["while it is queued", "before EXEC"])
@pytest.mark.parametrize(
    "refuse, allow, said",
    [
        (("REPLICAOF", "127.0.0.1", "9"), ("REPLICAOF", "NO", "ONE"), "READONLY"),
        (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0"), "OOM"),
    ],
)
def test_what_is_refused_beforehand_refuses_all_of_a_transaction(cache, refuse, allow, said, moment):
    cache.delete("a", "b")
    with cache.client() as other:
        cache.execute_command("MULTI")
        cache.execute_command("SET", "a", 1)
        if moment == "while it is queued":
            other.execute_command(*refuse)
            with pytest.raises(redis.ResponseError):
                cache.execute_command("SET", "b", 1)
        else:
            cache.execute_command("SET", "b", 1)
            other.execute_command(*refuse)
        with pytest.raises(redis.exceptions.ExecAbortError):
            cache.execute_command("EXEC")
        other.execute_command(*allow)
    assert cache.exists("a", "b") == 0
