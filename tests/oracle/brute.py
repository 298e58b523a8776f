"""The oracle: every schedule, one after the other, with nothing shared, merged or remembered between them.

It shares with the explorer the models of the servers (which are held against the real ones elsewhere) and the
client proxies; scheduling, faults, watches, CDC and the invariants are written again here, the slow and
obvious way.
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field, replace
from itertools import combinations

from cachelab.learner.clock import Virtual
from cachelab.races.calls import LOST
from cachelab.races.clients import session as session_module
from cachelab.races.faults import Cdc
from cachelab.races.models import memcached as memcached_model
from cachelab.races.models import valkey
from cachelab.races.models.database import Database

READS = {"read", "read_versioned", "read_rows"}
WRITES = {"write", "write_if", "update", "update_if"}


class Stop(BaseException):
    pass


class Runner:
    """Runs a client function on answers: ("call", call, watches let go) or ("end", result, failed)."""

    def __init__(self, functions, memcached):
        if memcached:
            from cachelab.races.clients.pymemcache import MemcachedClient as Cache
        else:
            from cachelab.races.clients.redis import ValkeyClient as Cache
        self.cache, self.db = Cache(self), Database(self)
        self.virtual = Virtual(functions)
        self.current = None

    def next(self, function, arguments, identity, answers):
        self.answers, self.position, self.identity = answers, 0, identity
        self.pending, self.open, self.freed, self.values = None, set(), set(), 0
        self.current = self
        self.cache.forget()
        self.db.forget()
        self.rows = set()
        state = random.getstate()
        self.virtual.start(identity)
        session_module._under_way.append(self)
        try:
            result, failed = function(*(arguments or (self.cache, self.db))), False
        except Stop:
            return "call", self.pending, frozenset(self.freed)
        except Exception:
            result, failed = None, True
        finally:
            session_module._under_way.pop()
            self.virtual.stop()
            random.setstate(state)
            self.current = None
        return "end", result, failed

    def call(self, call):
        if self.pending is not None:
            raise Stop
        if self.position < len(self.answers):
            self.position += 1
            self.freed.clear()
            self.virtual.called()
            return self.answers[self.position - 1]
        self.pending = call
        raise Stop

    def abort(self, problem):
        raise problem

    def new_connection(self):
        number = next(n for n in range(1, 99) if n not in self.open)
        self.open.add(number)
        return number

    def release(self, run, connection, *, silent):
        if self.current is not None and self.pending is None:
            self.open.discard(connection)
            if silent:
                self.freed.add(connection)

    def new_value(self):
        self.values += 1
        return f"w{self.identity}" + (f".{self.values}" if self.values > 1 else "")


@dataclass
class Client:
    answers: list = field(default_factory=list)
    gone: bool = False
    floor: int | None = None  # None: not started
    snapshot: tuple | None = None
    watches: dict = field(default_factory=dict)  # connection -> [keys, broken]
    outlasts: set | None = None
    wrote: int = -1
    pending: dict = field(default_factory=dict)  # row -> what it wrote in a transaction that is still open
    lost: bool = False
    commit: int = 1  # CDC: the commit it is at, and how often it was delivered
    attempt: int = 0
    result: object = None


@dataclass
class Shared:
    keyspace: object
    log: list  # of {row: (value, the version it was committed as)}
    replica: int | None
    budget: int
    floor: int
    clients: list
    loads: int = 0
    past: list = field(default_factory=list)  # what was in the cache before, while a failover may come


@dataclass
class Outcome:
    schedules: int = 0
    violating: int = 0
    letters: set = field(default_factory=set)
    stuck: bool = False
    dirty: bool = False
    fresh: bool = True
    shortest: dict = field(default_factory=dict)  # kind -> length
    loads: int = 0  # the most database reads of any schedule
    broken: dict = field(default_factory=dict)  # rule -> schedules that break it


class Brute:
    def __init__(self, clients, faults=(), budget=1, probe=None, memcached=False, rules=None, rows=("",)):
        self.rules, self.several = rules or {}, rows != ("",)
        self.log = [{row: (f"{row or 'v'}0", 0) for row in rows}]
        self.clients, self.faults, self.budget, self.memcached = clients, set(faults), budget, memcached
        self.model = memcached_model if memcached else valkey
        functions = [c.handler if isinstance(c, Cdc) else c for c in clients]
        self.runner = Runner([*functions, *([probe] if probe else [])], memcached)
        self.memo = {}
        alone = {
            i: self.alone(c, i + 1, self.model.EMPTY, self.log)
            for i, c in enumerate(clients)
            if not isinstance(c, Cdc)
        }
        self.writers = {i for i, run in alone.items() if run[2] & WRITES}
        if self.rules:
            self.readers, self.judged, self.starts = set(), set(), {"cold": self.model.EMPTY}
            return
        self.probe = probe or next(clients[i] for i in alone if i not in self.writers)
        warm = self.alone(self.probe, 800, self.model.EMPTY, self.log)[1]
        for i in alone:
            again = self.alone(clients[i], i + 1, warm, self.log)
            if again[2] & WRITES:
                self.writers.add(i)
        self.readers = set(alone) - self.writers
        told = self.log[0].get("", ("",))[0]
        self.judged = {  # who asked the database alone, and returned something else, returns no read
            i
            for i in self.readers
            if self.several or not alone[i][2] & READS or alone[i][0] in (None, told, told.encode())
        }
        self.starts = {"cold": self.model.EMPTY} | ({"warm": warm} if warm != self.model.EMPTY else {})

    # --- clients ---

    def ask(self, i, client):
        spec = self.clients[i]
        if isinstance(spec, Cdc):
            identity = 10_000 * (i + 1) + 100 * client.commit + client.attempt
            return self.replay(spec.handler, (self.runner.cache, client.commit), identity, client.answers)
        return self.replay(spec, None, i + 1, client.answers)

    def replay(self, function, arguments, identity, answers):
        key = (function, arguments, identity, repr(answers))
        if key not in self.memo:
            self.memo[key] = self.runner.next(function, arguments, identity, answers)
        return self.memo[key]

    def alone(self, function, identity, keyspace, log):
        """(result, keyspace, kinds of database call, waited for ever)"""
        shared = Shared(keyspace, list(log), None, 0, 0, [Client()])
        used = set()
        for _ in range(60):
            kind, what, extra = self.replay(function, None, identity, shared.clients[0].answers)
            if kind == "end":
                return what, shared.keyspace, used, False
            if what.kind == "db":
                used.add(what.payload[0])
            answer, modified = self.perform(shared, shared.clients[0], what)
            self.let_go(shared.clients[0], what, extra, False)
            self.touch(shared, modified)
            shared.clients[0].answers.append(answer)
        return None, shared.keyspace, used, True

    # --- the world ---

    def perform(self, shared, client, call):
        if call.kind == "outlast":
            return None, ()
        if call.kind == "db":
            return self.query(shared, client, *call.payload), ()
        if call.kind == "watch":
            keys, broken = client.watches.get(call.connection, [set(), False])
            client.watches[call.connection] = [keys | set(call.payload), broken]
            return valkey.OK, ()
        if call.kind == "unwatch":
            return valkey.OK, ()
        if call.kind == "exec":
            if client.watches.get(call.connection, [0, False])[1]:
                return None, ()
            answer, shared.keyspace, modified = valkey.transaction(shared.keyspace, call.payload)
        else:
            answer, shared.keyspace, modified = self.model.execute(shared.keyspace, call.payload)
        return answer, modified

    def query(self, shared, client, operation, detail, *rows):
        log, row = shared.log, rows[0] if rows else ""
        if operation == "commit" and client.pending:
            log.append(log[-1] | {name: (value, len(log)) for name, value in client.pending.items()})
            client.wrote = len(log) - 1
        if operation in ("commit", "rollback"):
            client.pending = {}
            return None
        if operation in ("write", "write_if", "update", "update_if"):
            value = f"{row or 'v'}{len(log)}"
            if row in client.pending:
                value = f"{client.pending[row]}'"
            if operation.endswith("_if") and detail != (
                len(log) if row in client.pending else log[-1][row][1]
            ):
                return None
            if operation in ("write", "update") and detail is not None:
                value = detail
            if operation.startswith("write"):
                log.append(log[-1] | {row: (value, len(log))})
                client.wrote = len(log) - 1
                return value, client.wrote
            client.pending = client.pending | {row: value}
            return value, len(log)
        at = len(log) - 1
        if detail == "replica" and shared.replica is not None:
            at = shared.replica
        if client.snapshot is not None and client.wrote < 0:
            at = client.snapshot[detail == "replica"]
        held = [log[at][name] for name in rows or [""]]
        if detail == "primary" and client.pending:
            mine = {name: (value, len(log)) for name, value in client.pending.items()}
            held = [mine.get(name, old) for name, old in zip(rows or [""], held, strict=True)]
        if operation == "read_rows":
            return [value for value, _ in held]
        return held[0] if operation == "read_versioned" else held[0][0]

    def told(self, client, log):
        """What a reader should return, now that the database holds this."""
        return self.alone(client, 850, self.model.EMPTY, log)[0] if self.several else log[-1][""][0]

    def let_go(self, client, call, freed, lost):
        if call.kind in ("exec", "unwatch") or lost:
            client.watches.pop(call.connection, None)

    def touch(self, shared, keys):
        for client in shared.clients:
            for watch in client.watches.values():
                if watch[0] & set(keys):
                    watch[1] = True

    def visible(self, shared, spec):
        latest = len(shared.log) - 1
        return latest if spec.source == "primary" or shared.replica is None else shared.replica

    def progress(self, shared):
        """CDC handlers that have ended, or never call, move on."""
        for i, spec in enumerate(self.clients):
            client = shared.clients[i]
            while isinstance(spec, Cdc) and client.commit <= self.visible(shared, spec):
                kind, _, failed = self.ask(i, client)
                if kind == "call":
                    break
                if failed and client.attempt < self.budget + 3:
                    client.attempt += 1
                else:
                    client.commit, client.attempt = client.commit + 1, 0
                client.answers, client.watches = [], {}

    def running(self, shared, i):
        return {
            j
            for j in self.readers
            if j != i and not shared.clients[j].gone and shared.clients[j].floor is not None
        }

    def after(self, shared, i, call, answer, outcome, length):
        """Client i was answered."""
        client = shared.clients[i]
        client.answers = [*client.answers, answer]
        spec = self.clients[i]
        if not isinstance(spec, Cdc):
            if client.floor is None:
                client.floor = shared.floor
            kind, what, extra = self.ask(i, client)
            if kind == "end":
                self.finish(shared, i, what, extra, outcome, length)
            else:
                for connection in extra:
                    client.watches.pop(connection, None)
                client.outlasts = self.running(shared, i) if what.kind == "outlast" else None
        self.progress(shared)

    def finish(self, shared, i, result, failed, outcome, length):
        client = shared.clients[i]
        client.gone, client.watches = True, {}
        client.result = "failed" if failed else result
        if failed:
            return
        if client.wrote >= 0:
            shared.floor = max(shared.floor, client.wrote)
        elif i in self.judged and isinstance(result, str | bytes):
            value = result.decode() if isinstance(result, bytes) else result
            log = shared.log
            held = [n for n in range(len(log)) if self.told(self.clients[i], log[: n + 1]) == value]
            if not held:
                outcome.dirty = True
                outcome.fresh = False
                self.note(outcome, "dirty", length)
                self.note(outcome, "fresh", length)
                return
            version = held[-1]
            if version < client.floor:
                outcome.fresh = False
                self.note(outcome, "fresh", length)
            else:
                shared.floor = max(shared.floor, version)

    @staticmethod
    def note(outcome, kind, length):
        outcome.shortest[kind] = min(length, outcome.shortest.get(kind, length))

    # --- schedules ---

    def explore(self):
        self.asking = {
            i
            for i, client in enumerate(self.clients)
            for keyspace in self.starts.values()
            if not isinstance(client, Cdc) and self.alone(client, i + 1, keyspace, self.log)[2] & READS
        }
        while True:
            known = set(self.asking)
            outcomes = {name: self.from_start(keyspace) for name, keyspace in self.starts.items()}
            if self.asking == known:  # nobody read the database in some order who does not alone
                return outcomes

    def from_start(self, keyspace):
        outcome = Outcome()
        lag = 0 if "replica_lag" in self.faults else None
        shared = Shared(keyspace, list(self.log), lag, self.budget, 0, [Client() for _ in self.clients])
        for i, spec in enumerate(self.clients):
            if not isinstance(spec, Cdc) and self.ask(i, shared.clients[i])[0] == "end":
                shared.clients[i].gone = True
        self.go_on(shared, outcome, 0)
        return outcome

    def go_on(self, shared, outcome, length):
        if self.quiet(shared):
            self.judge(shared, outcome, length)
        for step in self.steps(shared):
            then = copy.deepcopy(shared)
            step(then, outcome, length + 1)
            if step.__name__ == "take_over":
                then.past = []
            elif then.keyspace != shared.keyspace and shared.keyspace not in then.past:
                then.past.append(shared.keyspace)
            self.go_on(then, outcome, length + 1)

    def quiet(self, shared):
        latest = len(shared.log) - 1
        if shared.replica is not None and shared.replica < latest:
            return False
        return all(
            client.commit > latest if isinstance(spec, Cdc) else client.gone
            for spec, client in zip(self.clients, shared.clients, strict=True)
        )

    def judge(self, shared, outcome, length):
        outcome.schedules += 1
        outcome.loads = max(outcome.loads, shared.loads)
        for name, rule in self.rules.items():
            results = [client.result for client in shared.clients]

            def asked(cache, db, rule=rule, results=results):
                return rule(cache, db, results)

            if self.alone(asked, 950, shared.keyspace, shared.log)[0] is not True:
                outcome.broken[name] = outcome.broken.get(name, 0) + 1
                self.note(outcome, name, length)
        if self.rules:
            return
        log = shared.log
        ever = [self.told(self.probe, log[: n + 1]) for n in range(len(log))]
        expiring = self.model.expiring(shared.keyspace)
        wrong_now = wrong_ever = False
        for size in range(len(expiring) + 1):
            for gone in combinations(expiring, size):
                keyspace = shared.keyspace
                for key in gone:
                    keyspace = self.model.without(keyspace, key)
                value, *_ = self.alone(self.probe, 900, keyspace, shared.log)
                if isinstance(value, bytes):
                    value = value.decode()
                if value != ever[-1]:
                    wrong_now = True
                    wrong_ever = wrong_ever or size == len(expiring)
                    if isinstance(value, str) and value not in ever:
                        outcome.dirty = True
                        self.note(outcome, "dirty", length)
        if wrong_now:
            letter = "X" if wrong_ever else "t"
            outcome.letters.add(letter)
            outcome.violating += 1
            self.note(outcome, letter, length)

    def steps(self, shared):
        faults = shared.budget > 0
        for i, spec in enumerate(self.clients):
            client = shared.clients[i]
            if client.gone or (isinstance(spec, Cdc) and client.commit > self.visible(shared, spec)):
                if isinstance(spec, Cdc) and faults and "crash" in self.faults and client.commit > 1:
                    yield self.redeliver(i, client.commit - 1)
                continue
            kind, call, _ = self.ask(i, client)
            assert kind == "call"
            if (
                not isinstance(spec, Cdc)
                and "old_snapshot" in self.faults
                and i in self.asking
                and client.floor is None
            ):
                yield self.begin(i)
                continue
            if call.kind == "outlast" and client.outlasts is None:
                yield self.wait(i)
            elif (
                call.kind == "db"
                and call.payload[0] in WRITES
                and any(
                    "".join(call.payload[2:]) in other.pending
                    for other in shared.clients
                    if other is not client
                )
            ):
                pass  # the row is locked
            elif call.kind == "outlast" and any(not shared.clients[j].gone for j in client.outlasts):
                pass
            else:
                yield self.step(i, call)
            if faults and "lost_call" in self.faults and call.kind not in ("db", "outlast"):
                yield self.lose(i, call, done=False)
                trial = copy.deepcopy(shared)
                _, modified = self.perform(trial, trial.clients[i], call)
                if modified or trial.keyspace != shared.keyspace:
                    yield self.lose(i, call, done=True)
            if faults and "crash" in self.faults:
                if not isinstance(spec, Cdc):
                    if client.answers or client.floor is not None:
                        yield self.crash(i)
                elif client.answers:
                    yield self.redeliver(i, client.commit)
                elif client.commit > 1:
                    yield self.redeliver(i, client.commit - 1)
        if faults:
            if "evict" in self.faults:
                for key in self.model.keys(shared.keyspace):
                    yield self.drop(key)
            if "expire" in self.faults:
                for key in self.model.expiring(shared.keyspace):
                    yield self.drop(key)
            if "failover" in self.faults:
                for keyspace in shared.past:
                    if keyspace != shared.keyspace:
                        yield self.fail_over(keyspace)
        if shared.replica is not None and shared.replica < len(shared.log) - 1:
            yield self.replicate

    def step(self, i, call):
        def do(shared, outcome, length):
            client = shared.clients[i]
            if client.floor is None and not isinstance(self.clients[i], Cdc):
                client.floor = shared.floor
            answer, modified = self.perform(shared, client, call)
            if call.kind == "db" and call.payload[0] in READS:
                shared.loads += 1
                self.asking.add(i)
            self.let_go(client, call, (), False)
            # the caller's own watches count, and a finished client's do not
            self.touch(shared, modified)
            self.after(shared, i, call, answer, outcome, length)

        return do

    def lose(self, i, call, done):
        def do(shared, outcome, length):
            shared.budget -= 1
            client = shared.clients[i]
            if client.floor is None and not isinstance(self.clients[i], Cdc):
                client.floor = shared.floor
            modified = ()
            if done:
                _, modified = self.perform(shared, client, call)
            self.let_go(client, call, (), True)
            self.touch(shared, modified)
            self.after(shared, i, call, LOST, outcome, length)

        return do

    def begin(self, i):
        def do(shared, outcome, length):
            latest = len(shared.log) - 1
            shared.clients[i].floor = shared.floor
            shared.clients[i].snapshot = (latest, latest if shared.replica is None else shared.replica)

        return do

    def wait(self, i):
        def do(shared, outcome, length):
            client = shared.clients[i]
            client.outlasts = self.running(shared, i)
            if client.floor is None:
                client.floor = shared.floor

        return do

    def crash(self, i):
        def do(shared, outcome, length):
            shared.budget -= 1
            shared.clients[i] = replace(Client(), gone=True)

        return do

    def redeliver(self, i, commit):
        def do(shared, outcome, length):
            shared.budget -= 1
            client = shared.clients[i]
            client.commit, client.attempt = commit, client.attempt + 1
            client.answers, client.watches = [], {}
            self.progress(shared)

        return do

    def drop(self, key):
        def do(shared, outcome, length):
            shared.budget -= 1
            shared.keyspace = self.model.without(shared.keyspace, key)
            self.touch(shared, [key])

        return do

    def fail_over(self, keyspace):
        def take_over(shared, outcome, length):
            shared.budget -= 1
            shared.keyspace = keyspace
            for client in shared.clients:  # every connection is lost, and with it what it watched
                for watch in client.watches.values():
                    watch[1] = True

        return take_over

    def replicate(self, shared, outcome, length):
        shared.replica += 1
        self.progress(shared)
