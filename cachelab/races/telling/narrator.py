"""A path through the state graph, told step by step."""

from __future__ import annotations

from cachelab.races.calls import LOST, Call, key_of, target
from cachelab.races.clients.automaton import Point
from cachelab.races.effects import effect, elapse
from cachelab.races.moves import moves
from cachelab.races.state import Feed, Move, Place, State, as_value
from cachelab.races.telling import words
from cachelab.races.telling.step import CACHE, DATABASE, Step
from cachelab.races.world import World


class Narrator:
    """Tells moves as steps, following who is who among interchangeable clients."""

    def __init__(self, world: World):
        self.world = world

    def path(self, start: State, way: list[Move]) -> list[Step]:
        """The steps of a path from a (tidy) start."""
        return [self.tell(state, move, raw, who) for who, move, state, raw in self.walk(start, way)]

    def walk(self, start: State, way: list[Move]) -> list[tuple[int, Move, State, State]]:
        """The path as `(who moves, move, state before, state after)`; `move.client` is a place in the state,
        `who` the index of the client that is at that place by then, or -1."""
        world = self.world
        state, who = start, list(range(len(start.places)))
        found = []
        for move in way:
            raw = self.after(state, move)
            found.append((who[move.client] if move.client >= 0 else -1, move, state, raw))
            order = world.order(raw)
            state, who = world.tidy(raw), [who[origin] for origin in order]
        renamed = self._in_order_of_appearance([client for client, *_ in found])
        return [(renamed.get(client, client), *rest) for client, *rest in found]

    def _in_order_of_appearance(self, clients: list[int]) -> dict[int, int]:
        """Among interchangeable clients the first to move is number 1."""
        renamed = {}
        for group in self.world.groups:
            seen = [client for client in dict.fromkeys(clients) if client in group]
            rest = [client for client in group if client not in seen]
            renamed.update(zip(seen + rest, group, strict=True))
        return renamed

    def after(self, state: State, move: Move) -> State:
        """The (untidy) state after a move."""
        if move.action == "elapse":
            return elapse(self.world, state)
        return next(option.state for option in moves(self.world, state) if option.move == move)

    def tell(self, state: State, move: Move, raw: State, who: int) -> Step:
        """One move as a step; `who` is the client's index in the list given to explore()."""
        world = self.world
        log, keyspace = world.logs[raw.log], world.keyspaces[raw.keyspace]
        contents = world.model.contents(keyspace)
        facts = {"client": world.names[who] if who >= 0 else CACHE, "to": None}
        facts["key"] = move.key.decode(errors="backslashreplace")
        if move.client >= 0:
            place = world.place(state, move.client)
            match move.action:
                case "call" | "lost" | "unanswered" | "poll on":
                    facts |= self._called(state, move, place)
                case "begin":
                    version = world.place(raw, move.client).snapshot[0]
                    facts |= {"to": DATABASE, "held": world.logs[state.log][version]}
                case "crash":
                    facts |= {"ends": not isinstance(place, Feed), "asked": place.node.call}
                    facts |= self._line(place.node)
            if isinstance(place, Feed):
                facts["commit"] = place.position
        elif move.action == "replicate":
            facts["client"] = DATABASE
        return Step(
            **facts,
            kind=move.action,
            cache=words.cut(contents),
            db=log[-1],
            committed=log[-1] if raw.log != state.log else None,
            stale=tuple(key for key, value in contents.items() if words.is_old(value, log)),
            expiring=tuple(key.decode(errors="backslashreplace") for key in world.model.expiring(keyspace)),
            replica=log[raw.replica] if raw.replica >= 0 else None,
            index=who,
        )

    def _called(self, state: State, move: Move, place: Place | Feed) -> dict:
        """The facts of a call, or of a poll that goes on."""
        node = place.node
        call = node.call
        facts = {"asked": call, "to": target(call), "key": key_of(call), **self._line(node)}
        if move.action == "poll on":
            child = node.loop.exit
            answer = node.loop.body[0][1]
            facts |= {"rounds": node.loop.rounds - 1, "answer": answer}
            facts["missed"] = self._missed(call, answer)
        elif move.action != "call":
            child = node.after(LOST)
        elif call.kind == "outlast":
            child = node.after(None)
        else:
            does = effect(self.world, node, state, place)
            answer, child = does.answer, does.child
            log = self.world.logs[state.log]
            facts |= {"answer": answer, "held": self._told(call, answer, log)}
            facts["missed"] = self._missed(call, answer)
        if child.done and not isinstance(place, Feed):
            facts |= {"ends": True, **self._end(child, move)}
        return facts

    @staticmethod
    def _told(call: Call, answer, log) -> str | None:
        """The committed value that a client learns from an answer."""
        if call.kind == "db":
            if call.payload[0] in ("update", "update_if", "commit"):  # nothing, or nothing that is committed
                return None
            if call.payload[2:]:  # of one row, which is not all that the database holds
                return " ".join(answer) if call.payload[0] == "read_rows" else None
            return answer[0] if isinstance(answer, tuple) else answer
        return words.held_in(words.show(words.answered(call, answer)), log)

    @staticmethod
    def _missed(call: Call, answer) -> bool:
        return call.looks_up and words.answered(call, answer) is None

    @staticmethod
    def _line(node: Point) -> dict:
        where = node.where
        return {"line": where.line, "source": where.text, "file": where.file} if where else {}

    def _end(self, child: Point, move: Move) -> dict:
        if child.failure is not None:
            return {"raised": type(child.failure.error).__name__}
        asked = self.world.results is not None
        if not asked and (child.wrote >= 0 or move.client not in self.world.readers):
            return {}
        value = as_value(child.result)
        return {"returned": value if value is not None else repr(child.result)}
