"""The clients that follow the database's commits: which commit each is at, and how it gets to the next."""

from __future__ import annotations

from cachelab.races.clients.automaton import Point
from cachelab.races.state import Feed, State
from cachelab.races.world import World

ATTEMPTS = 3  # deliveries of one commit to a handler that raises, beyond the fault budget


def begin(world: World, i: int) -> Feed:
    """Where CDC client i is before the first commit."""
    return settle(world, i, Feed(_handler(world, i, 1, 0), 1, 0), 0)


def _handler(world: World, i: int, version: int, attempt: int) -> Point:
    handler = world.clients[i].handler
    identity = 10_000 * (i + 1) + 100 * version + attempt
    return world.program(handler, world.names[i], identity, (world.session.cache, version)).root


def available(world: World, state: State, i: int) -> int:
    """The latest commit that CDC client i can see."""
    return world.latest(state) if world.clients[i].source == "primary" or state.replica < 0 else state.replica


def settle(world: World, i: int, feed: Feed, newest: int) -> Feed:
    """The feed after its handler returned or raised: at the next commit, or at the same one again."""
    while feed.node.done and feed.position <= newest:
        position, attempt = feed.position, feed.attempt
        failure = feed.node.failure
        if failure is not None and attempt < world.budget + ATTEMPTS:
            attempt += 1
        else:
            if failure is not None:
                world.fail(i, failure)
            position, attempt = position + 1, 0
        feed = Feed(_handler(world, i, position, attempt), position, attempt)
    return feed


def settle_all(world: World, state: State) -> State:
    """Let every CDC client whose handler makes no call move on."""
    for i in world.feeds:
        feed = world.place(state, i)
        if feed.node.call is None:
            feed = settle(world, i, feed, available(world, state, i))
            state = world.put(state, i, world.places.number(feed))
    return state


def can_start_over(feed: Feed) -> bool:
    """Whether there is something to do again after a crash."""
    return feed.node.depth > 0 or feed.position > 1


def start_over(world: World, state: State, i: int, feed: Feed) -> Feed:
    """The feed after a crash: at the same commit once more, or at the one it had just handled."""
    position = feed.position if feed.node.depth > 0 else feed.position - 1
    attempt = feed.attempt + 1
    again = Feed(_handler(world, i, position, attempt), position, attempt)
    return settle(world, i, again, available(world, state, i))  # it may make no call at all
