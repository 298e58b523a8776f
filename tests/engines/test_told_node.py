"""The node of exercise 09.3 answers in the shape of a real one."""

import redis

from cachelab import engines
from cachelab.checks.rig.lab import Log
from cachelab.exercises.lesson_09.told_node import ON_CALL, Node, Ran


def shape(value):
    """Types, and the names in a dict."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_what_on_call_asks_has_the_shape_of_a_real_servers_answer():
    real = engines.valkey(fresh=True)
    slow = Ran("web", "10.0.1.11:40022", ("HGETALL", "cart:1"), 15_000)
    told = Node(Log(), (slow,), (), {"GET": (10, 100), "HGETALL": (1, 15_000)}).client()
    with redis.Redis(host=real.host, port=real.port, client_name=ON_CALL, protocol=2) as client:
        client.config_set("slowlog-log-slower-than", 0)
        client.hset("cart:1", "product:7", 2)
        client.hgetall("cart:1")
        client.get("cart:2")
        for ask in (
            lambda c: c.slowlog_get(-1),
            lambda c: c.slowlog_get(),
            lambda c: c.slowlog_len(),
            lambda c: c.execute_command("COMMANDLOG", "GET", -1, "slow"),
            lambda c: c.execute_command("COMMANDLOG", "GET", -1, "large-reply"),
            lambda c: c.info("commandstats")["cmdstat_hgetall"],
            lambda c: "cmdstat_hgetall" in c.info(),
            lambda c: "cmdstat_hgetall" in c.info("all"),
            lambda c: c.client_getname(),
            lambda c: c.client_id(),
            lambda c: c.client_list()[-1]["name"],
            lambda c: c.client_info()["addr"],
            lambda c: c.time(),
            lambda c: c.ping(),
        ):
            assert shape(ask(told)) == shape(ask(client))
        names = set(told.client_list()[0]), set(client.client_list()[0])
        assert names[0] <= names[1]
    pipe = told.pipeline(transaction=False)
    pipe.ping().client_getname()
    assert pipe.execute() == [True, ON_CALL]
