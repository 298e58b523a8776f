"""The explorer on one page, to be read. Where nothing fails it finds what `races.explore` finds.

client    a function of (cache, db), such as `reader`
call      one use of the cache or the database: ("get", "user:1")
history   the answers that a client has had so far; with the same answers it makes the same next call
state     what is in the cache, the values committed so far, and the history of each client
schedule  an order of all the calls of all the clients
"""

from collections import Counter, namedtuple

State = namedtuple("State", "cache log histories")
Result = namedtuple("Result", "schedules violating shortest")


class Suspend(BaseException):
    """Ends a run of a client at a call that has no answer yet."""


class Handle:
    """What a client gets as `cache` and as `db`: each call is answered from its history, or ends the run."""

    def __init__(self, history):
        self._answers = iter(history)

    def __getattr__(self, name):
        def call(*arguments):
            for answer in self._answers:
                return answer
            raise Suspend(name, *arguments)

        return call


def run(client, history):
    """Run a client from its start: its next call, and None; or, when it is done, None and what it returns."""
    handle = Handle(history)
    try:
        return None, client(handle, handle)
    except Suspend as suspended:
        return suspended.args, None


def perform(call, cache, log):
    """Make a call: the answer, the cache afterwards, and the values committed by then."""
    name, *arguments = call
    held = dict(cache)
    match name:
        case "get":
            answer = held.get(*arguments)
        case "set":
            answer = True
            held.update([arguments])
        case "delete":
            answer = int(held.pop(*arguments, None) is not None)
        case "read":
            answer = log[-1]
        case "write":
            answer = (f"v{len(log)}", len(log))
            log = (*log, answer[0])
    return answer, frozenset(held.items()), log


def steps(clients, state):
    """Whoever has a call left may be next: the client, its call, the answer, and the state afterwards."""
    for i, (client, history) in enumerate(zip(clients, state.histories, strict=True)):
        call, _ = run(client, history)
        if call is not None:
            answer, cache, log = perform(call, state.cache, state.log)
            histories = (*state.histories[:i], (*history, answer), *state.histories[i + 1 :])
            yield client, call, answer, State(cache, log, histories)


def is_stale(reader, state):
    """Whether a new reader, alone, does not get the value that was committed last."""
    alone = State(state.cache, state.log, ((),))
    while after := list(steps([reader], alone)):
        [(_, _, _, alone)] = after
    return run(reader, *alone.histories)[1] != state.log[-1]


def explore(clients, reader):
    """Go through every order of the clients' calls, from an empty cache. Shortest ways come first.

    Many schedules lead to the same state, and it is looked at once: it counts for all that lead there.
    """
    start = State(frozenset(), ("v0",), ((),) * len(clients))
    ways, paths = {start: []}, Counter({start: 1})
    schedules, violating, shortest = 0, 0, None
    todo = [start]
    for state in todo:  # it grows as we go
        after = list(steps(clients, state))
        for client, call, answer, then in after:
            if then not in ways:
                ways[then] = [*ways[state], (client.__name__, call, answer)]
                todo.append(then)
            paths[then] += paths[state]
        if not after:  # everybody is done
            schedules += paths[state]
            if is_stale(reader, state):
                violating += paths[state]
                shortest = shortest or ways[state]
    return Result(schedules, violating, shortest)
