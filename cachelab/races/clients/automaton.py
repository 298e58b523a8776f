"""Client functions as automata.

A client function is deterministic given what it has observed. So its next call after some history of answers
can be learned once and kept: each history is a `Point` of a tree, which remembers the call that comes next or
the result. The function itself runs once per node (session.py says how), however many schedules pass through
it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from cachelab.learner.lines import Line
from cachelab.races.calls import Call, without_moments
from cachelab.races.clients.session import FOREVER, Failure, Session
from cachelab.races.refusals import ADVICE, Endless, NotDeterministic

CALL_CAP = 200  # calls of one client in one schedule
_MANY_CALLS = 50  # of a client that is run alone, once its time is over
_LONGEST_ROUND = 12  # calls of a polling loop, at most
_EXACT_ROUNDS = 4  # a loop that gives up after so many rounds is explored round by round
_DEEP = 20  # rounds: a function that ends by having called itself more often than that has not given up
_LATER = 98_765.4321  # seconds
_POLLS = ("db", "valkey", "memcached")  # the kinds of call in a round that may be repeated in one go


class Point:
    """A client function after one history of answers: about to make `call`, or done with `result`."""

    __slots__ = (
        "program",
        "parent",
        "answer",
        "depth",
        "call",
        "where",
        "result",
        "failure",
        "released",
        "wrote",
        "pending",
        "idle",
        "children",
        "loop",
    )

    def __init__(self, program: Program, parent: Point | None, answer, idle: bool = True):
        self.program, self.parent, self.answer = program, parent, answer
        self.idle = idle  # the call that led here changed nothing, when it was first made
        self.depth = 0 if parent is None else parent.depth + 1
        self.children: dict[object, Point] = {}
        self.call: Call | None = None  # None: done
        self.where: Line | None = None  # of the call
        self.result = None
        self.failure: Failure | None = None
        self.released: frozenset[int] = frozenset()  # connections that stopped watching on the way here
        self.wrote = -1  # the latest version this client committed
        self.pending: dict[str, tuple[str, int]] = {}  # by row, what it wrote in a transaction still open
        if parent is not None:
            self.wrote, self.pending = parent.wrote, parent.pending
            if parent.call.kind == "db":
                match parent.call.payload[0]:
                    case "write" | "write_if" if answer is not None:
                        self.wrote = answer[1]
                    case "update" | "update_if" if answer is not None:
                        self.pending = self.pending | {"".join(parent.call.payload[2:]): answer}
                    case "commit" if answer is not None:
                        self.wrote, self.pending = answer, {}
                    case "rollback":
                        self.pending = {}
        self.loop = None

    @property
    def done(self) -> bool:
        return self.call is None

    def history(self) -> list[tuple[Call, object, Line | None]]:
        """`(call, answer, where)` from the start to here."""
        steps = []
        node = self
        while node.parent is not None:
            steps.append((node.parent.call, node.answer, node.parent.where))
            node = node.parent
        steps.reverse()
        return steps

    def after(self, answer, idle: bool = True) -> Point:
        """The node after `call` was answered; `idle`: the call changed nothing."""
        key = _key(answer)
        child = self.children.get(key)
        if child is None:
            child = self.children[key] = self.program.grow(self, answer, idle)
        return child


def _key(answer):
    """A hashable stand-in for an answer, that tells 1 from True and b'' from OK."""
    if isinstance(answer, list):
        return (list, *map(_key, answer))
    if isinstance(answer, tuple):
        return (tuple, *map(_key, answer))
    return (type(answer), answer)


class Program:
    """One client function with one identity, and the tree of everything it may observe."""

    def __init__(
        self, session: Session, function: Callable, name: str, identity: int, arguments: tuple, shared: bool
    ):
        self.session, self.function, self.name, self.identity = session, function, name, identity
        self.arguments = arguments
        self.plain_name = getattr(function, "__name__", name)  # the same whoever runs it
        self.shared = shared  # by all clients that run this function: it must not use its identity
        self.personal = False
        self.endless: set[tuple] = set()  # rounds that were foreseen never to end
        root = Point(self, None, None)
        self.root = self._visit(root)

    def grow(self, parent: Point, answer, idle: bool) -> Point:
        node = self._visit(Point(self, parent, answer, idle))
        if node.done:
            return node
        recent = self._recent(node)
        rounds = [length for length, step in enumerate(recent, 1) if self._begins(step, node)]
        for length in rounds:  # has it gone round a known loop?
            first = node
            for _ in range(length):
                first = first.parent
            if (
                first.loop is not None
                and first.loop.folds
                and self._same_round(recent[:length], first.loop.body)
            ):
                return first
        for length in rounds:  # or does it begin one?
            if self._brings_news(node, length):
                continue
            loop = self._foresee(node, recent[:length][::-1])
            if loop.rounds > 1:
                node.loop = loop
                break
        return node

    @staticmethod
    def _recent(node: Point) -> list[Point]:
        """The nodes of the latest calls, newest first, as far back as a round may reach."""
        steps = []
        while node.parent is not None and len(steps) < _LONGEST_ROUND:
            steps.append(node)
            node = node.parent
        return steps

    def _begins(self, step: Point, node: Point) -> bool:
        """Whether `node` is about to make the call that led to `step`, from the same line."""
        return step.parent.where == node.where and self.alike(step.parent.call, node.call)

    def _same_round(self, newest_first: list[Point], body: list[tuple[Call, object]]) -> bool:
        return len(newest_first) == len(body) and all(
            self.alike(step.parent.call, call) and _key(step.answer) == _key(answer)
            for step, (call, answer) in zip(newest_first, reversed(body), strict=True)
        )

    def _brings_news(self, node: Point, length: int) -> bool:
        """Whether the three latest rounds of so many calls were alike, and each was answered differently.

        To foresee such a client is dear and in vain: what it was told last it will not be told again.
        """
        steps = []
        while node.parent is not None and len(steps) < 3 * length:
            steps.append(node)
            node = node.parent
        if len(steps) < 3 * length:
            return False
        rounds = [steps[:length], steps[length : 2 * length], steps[2 * length :]]
        if any(one.parent.where != two.parent.where for one, two in pairwise(steps[::length])):
            return False
        answers = [[_key(step.answer) for step in steps] for steps in rounds]
        return answers[0] != answers[1] != answers[2]

    def alike(self, one: Call, other: Call) -> bool:
        return _same_shape(one, other) if self.personal else one == other

    def _foresee(self, node: Point, steps: list[Point]) -> Loop:
        """What becomes of a client that has just gone through `steps` if further rounds bring nothing new."""
        history = node.history()
        body, length = history[-len(steps) :], len(steps)
        round_ = tuple((call, _key(answer), where) for call, answer, where in body)
        if round_ in self.endless:
            loop = Loop([(call, answer) for call, answer, _ in body], None, FOREVER)
            loop.folds = True
            return loop
        run = self.session.run(self, history, again=body)
        ended = run.gave_up or run.pending is None
        rounds = 1 + len(run.extra) // length
        if ended and rounds > _DEEP and run.failure and isinstance(run.failure.error, RecursionError):
            ended = False  # it polls by calling itself, and on a real server others would have moved by now
        if not ended:
            rounds = FOREVER
            self.endless.update(round_[k:] + round_[:k] for k in range(length))  # wherever one looks
        loop = Loop([(call, answer) for call, answer, _ in body], None, rounds)
        if not ended:
            loop.folds = True
        elif rounds > _EXACT_ROUNDS:
            loop.folds = all(step.idle and step.parent.call.kind in _POLLS for step in steps)
        if loop.folds and ended:
            last = node
            for index, (call, where) in enumerate(run.extra):
                last.call, last.where = call, where
                last = Point(self, last, body[index % length][1])
                last.depth = node.depth + 1  # however many rounds, the cap counts them once
            loop.exit = self._visit(last)
        return loop

    def _tells_the_time(self, node: Point) -> bool:
        """Whether the client would make another call at another time of day."""
        virtual = self.session.virtual
        virtual.epoch += _LATER
        self.session.another_day = True
        try:
            pending = self.session.run(self, node.history()).pending
            return pending is None or without_moments(pending) != without_moments(node.call)
        except NotDeterministic:
            return True
        finally:
            virtual.epoch -= _LATER
            self.session.another_day = False

    def _visit(self, node: Point) -> Point:
        session = self.session
        if node.depth > CALL_CAP or (node.depth > _MANY_CALLS and session.late and session.late()):
            raise Endless(
                f"{self.name} made {min(node.depth, CALL_CAP)} calls and still has no answer "
                f"({node.parent.where}). Bound the loop: try a fixed number of times, then go to the "
                "database."
            )
        run = self.session.run(self, node.history())
        node.call, node.where, node.released = run.pending, run.where, frozenset(run.released)
        node.result, node.failure = run.result, run.failure
        if self.session.virtual.looked and run.pending is not None and self._tells_the_time(node):
            self.session.timed.setdefault(self.plain_name, run.where)
        if node.call is None:  # a result is only ever seen once: look twice
            again = self.session.run(self, node.history())
            if again.pending is not None or _differ(again.result, run.result):
                raise NotDeterministic(
                    f"{self.name} returned {run.result!r}, and, run again with the same answers, "
                    + (f"called {again.where}" if again.pending else repr(again.result))
                    + ADVICE
                )
        return node


def _differ(one, other) -> bool:
    try:
        if type(one) is type(other) and type(one).__eq__ is object.__eq__:
            return False  # two objects of one kind that only an identity tells apart
        return bool(one != other) and one == one
    except Exception:
        return False


def _same_shape(one: Call, other: Call) -> bool:
    """Whether two calls differ at most in words that a client makes up, such as a lock's token."""
    if one == other:
        return True
    if one.kind != other.kind or one.connection != other.connection:
        return False
    if one.kind == "valkey":
        return one.payload[:2] == other.payload[:2] and len(one.payload) == len(other.payload)
    if one.kind == "memcached":
        return one.payload.split()[:2] == other.payload.split()[:2]
    return False


class Loop:
    """A client that polls: `body` is the round it keeps repeating while the answers stay the same.

    Such rounds are folded: after another identical round the client counts as being where it was before that
    round. If it gives up after some number of rounds, `exit` is where it is then. A loop that ends after a
    few rounds, or that ends and changes something in each, is not folded but explored round by round.
    """

    __slots__ = ("body", "exit", "rounds", "folds")

    def __init__(self, body: list[tuple[Call, object]], exit: Point | None, rounds: int):
        self.body, self.exit, self.rounds, self.folds = body, exit, rounds, False
