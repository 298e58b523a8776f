"""The states that were reached: the way to each, dead ends, and how many paths lead through them."""

from __future__ import annotations

from collections.abc import Callable

from cachelab.races.state import Move, State


class Graph:
    """States, each visited once and known by its number, in the order in which they were met."""

    def __init__(self):
        self.states: list[State] = []
        self.numbers: dict[State, int] = {}
        self.parents: list[tuple[int, Move] | None] = []  # where each was met first; None: a start
        self.next: list[list[int]] = []  # the states after each, without folded moves
        self.folded: list[tuple[int, int]] = []
        self.faulty: set[tuple[int, int]] = set()  # the moves, folded or not, that are faults
        self.quiet: set[int] = set()  # the states in which everybody is done

    def visit(self, state: State, parent: tuple[int, Move] | None) -> int:
        """The number of a state; a new one is added."""
        number = self.numbers.get(state)
        return self.add(state, parent) if number is None else number

    def add(self, state: State, parent: tuple[int, Move] | None) -> int:
        """The number of a state that is new."""
        number = self.numbers[state] = len(self.states)
        self.states.append(state)
        self.parents.append(parent)
        self.next.append([])
        return number

    def way(self, number: int) -> tuple[State, list[Move]]:
        """The shortest way to a state: the start, and the moves from there."""
        moves = []
        while (parent := self.parents[number]) is not None:
            number, move = parent
            moves.append(move)
        return self.states[number], moves[::-1]

    def depth(self, number: int) -> int:
        """The fewest moves that lead to a state."""
        return len(self.way(number)[1])

    def stuck(self) -> list[int]:
        """The states from which, without another fault, no quiet state can be reached."""
        before: list[list[int]] = [[] for _ in self.states]
        for number, after in enumerate(self.next):
            for target in after:
                if (number, target) not in self.faulty:
                    before[target].append(number)
        for number, target in self.folded:
            if (number, target) not in self.faulty:
                before[target].append(number)
        fine = set(self.quiet)
        todo = list(fine)
        while todo:
            for number in before[todo.pop()]:
                if number not in fine:
                    fine.add(number)
                    todo.append(number)
        return [number for number in range(len(self.states)) if number not in fine]

    def count(self, wrong: Callable[[State], bool]) -> tuple[list[int], list[int]]:
        """For each state the number of paths from it to a quiet state, and of those to a `wrong` one.

        A path may go on from a quiet state: a fault that comes when everybody is done makes one more path. A
        folded move is on no path, so a round answered as the one before it is not counted again.
        """
        paths, bad = [0] * len(self.states), [0] * len(self.states)
        for number in self.leaves_first():
            after = self.next[number]
            paths[number] = sum([paths[target] for target in after])
            bad[number] = sum([bad[target] for target in after])
            if number in self.quiet:
                paths[number] += 1
                bad[number] += wrong(self.states[number])
        return paths, bad

    def leaves_first(self) -> list[int]:
        """The states, each after all that follow it."""
        order: list[int] = []
        seen = bytearray(len(self.states))
        for root in range(len(self.states)):
            if seen[root]:
                continue
            seen[root] = 1
            path = [(root, iter(self.next[root]))]
            while path:
                number, rest = path[-1]
                for target in rest:
                    if not seen[target]:
                        seen[target] = 1
                        path.append((target, iter(self.next[target])))
                        break
                else:
                    order.append(number)
                    path.pop()
        return order
