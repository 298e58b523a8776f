"""Sorted sets: https://valkey.io/commands/#sorted-set. Equal scores stand in the order of members' bytes."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from cachelab.races.models.commands.numbers import double, text_of
from cachelab.races.models.commands.table import (
    SYNTAX,
    Fail,
    SortedSet,
    command,
    count_of,
    integer,
    refuse,
    span,
)

NOT_A_BOUND = "ERR min or max is not a float"


def _of(data, key) -> dict[bytes, float]:
    return dict(data.typed(key, SortedSet) or ())


def _keep(data, key, scores: dict[bytes, float]) -> None:
    data.keep(key, SortedSet(sorted(scores.items(), key=lambda pair: (pair[1], pair[0]))))


def _listed(pairs, with_scores: bool) -> list[bytes]:
    if not with_scores:
        return [member for member, _ in pairs]
    return [part for member, score in pairs for part in (member, text_of(score))]


# --- to put in, and to take out ---


@command("ZADD", 3, None)
def _zadd(data, key, *words):
    flags, rest = set(), list(words)
    while rest and rest[0].upper() in (b"NX", b"XX", b"GT", b"LT", b"CH", b"INCR"):
        flags.add(rest.pop(0).upper())
    if not rest or len(rest) % 2:
        raise Fail(SYNTAX)
    if {b"NX", b"XX"} <= flags:
        raise Fail("ERR XX and NX options at the same time are not compatible")
    if len(flags & {b"NX", b"GT", b"LT"}) > 1:
        raise Fail("ERR GT, LT, and/or NX options at the same time are not compatible")
    if b"INCR" in flags and len(rest) > 2:
        raise Fail("ERR INCR option supports a single increment-element pair")
    pairs = [(member, double(score)) for score, member in zip(rest[::2], rest[1::2], strict=True)]
    return _put(data, key, pairs, flags)


@command("ZINCRBY", 3)
def _zincrby(data, key, amount, member):
    return _put(data, key, [(member, double(amount))], {b"INCR"})


def _put(data, key, pairs, flags):
    scores = _of(data, key)
    before, answer, added, changed = dict(scores), None, 0, 0
    for member, score in pairs:
        old = scores.get(member)
        if (old is None and b"XX" in flags) or (old is not None and b"NX" in flags):
            continue
        if old is not None and b"INCR" in flags:
            score += old
            if math.isnan(score):
                raise Fail("ERR resulting score is not a number (NaN)")
        if old is not None and ((b"GT" in flags and score <= old) or (b"LT" in flags and score >= old)):
            continue
        scores[member], answer = score, text_of(score)
        added += old is None
        changed += old is not None and old != score
    if scores != before:
        _keep(data, key, scores)
    elif changed:  # and changed back
        data.modified.add(key)
    if b"INCR" in flags:
        return answer
    return added + changed if b"CH" in flags else added


def _take(data, key, gone) -> int:
    if gone:
        _keep(data, key, {member: score for member, score in _of(data, key).items() if member not in gone})
    return len(gone)


@command("ZREM", 2, None)
def _zrem(data, key, *members):
    return _take(data, key, _of(data, key).keys() & set(members))


@command("ZREMRANGEBYSCORE", 3)
def _zremrangebyscore(data, key, low, high):
    inside = _between(low, high)
    return _take(data, key, {member for member, score in _of(data, key).items() if inside(score)})


@command("ZREMRANGEBYRANK", 3)
def _zremrangebyrank(data, key, start, stop):
    start, stop = integer(start), integer(stop)
    members = list(_of(data, key))
    return _take(data, key, set(members[span(start, stop, len(members))]))


def _pop(data, key, *count, highest: bool):
    wanted = count_of(count[0]) if count else 1
    pairs = list(_of(data, key).items())
    taken = (pairs[::-1] if highest else pairs)[:wanted]
    _take(data, key, dict(taken).keys())
    return _listed(taken, with_scores=True)


command("ZPOPMIN", 1, 2)(partial(_pop, highest=False))
command("ZPOPMAX", 1, 2)(partial(_pop, highest=True))


# --- to look up ---


@command("ZCARD", 1)
def _zcard(data, key):
    return len(_of(data, key))


@command("ZSCORE", 2)
def _zscore(data, key, member):
    score = _of(data, key).get(member)
    return None if score is None else text_of(score)


@command("ZMSCORE", 2, None)
def _zmscore(data, key, *members):
    return [_zscore(data, key, member) for member in members]


@command("ZCOUNT", 3)
def _zcount(data, key, low, high):
    inside = _between(low, high)
    return sum(map(inside, _of(data, key).values()))


def _rank(data, key, member, *options, reverse: bool):
    if options and options[0].upper() != b"WITHSCORE":
        raise Fail(SYNTAX)
    scores = _of(data, key)
    if member not in scores:
        return None
    members = list(scores)[::-1] if reverse else list(scores)
    rank = members.index(member)
    return [rank, text_of(scores[member])] if options else rank


command("ZRANK", 2, 3)(partial(_rank, reverse=False))
command("ZREVRANK", 2, 3)(partial(_rank, reverse=True))


def _between(low: bytes, high: bytes) -> Callable[[float], bool]:
    """Whether a score is within bounds such as 3, (3, -inf."""
    ends = []
    for bound in (low, high):
        number = double(bound.removeprefix(b"("), NOT_A_BOUND)
        ends.append((number, bound.startswith(b"(")))
    (least, above), (most, below) = ends
    return lambda score: (
        (score > least if above else score >= least) and (score < most if below else score <= most)
    )


@command("ZRANGE", 3, None)
def _zrange(data, key, start, stop, *options):
    by_score = reverse = with_scores = False
    limit, rest = None, list(options)
    while rest:
        option = rest.pop(0).upper()
        if option == b"WITHSCORES":
            with_scores = True
        elif option == b"REV" and not reverse:
            reverse = True
        elif option == b"BYSCORE" and not by_score:
            by_score = True
        elif option == b"BYLEX":
            raise refuse("ZRANGE … BYLEX")
        elif option == b"LIMIT" and len(rest) >= 2:
            limit = integer(rest.pop(0)), integer(rest.pop(0))
        else:
            raise Fail(SYNTAX)
    if limit is not None and limit[1] != -1 and not by_score:  # -1 is as if nothing had been said
        raise Fail("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX")
    if by_score:
        low, high = (stop, start) if reverse else (start, stop)
        return _by_score(data, key, low, high, reverse, limit, with_scores)
    return _by_rank(data, key, start, stop, reverse, with_scores)


def _by_rank(data, key, start, stop, reverse, with_scores):
    start, stop = integer(start), integer(stop)
    pairs = list(_of(data, key).items())
    pairs = pairs[::-1] if reverse else pairs
    return _listed(pairs[span(start, stop, len(pairs))], with_scores)


def _by_score(data, key, low, high, reverse, limit, with_scores):
    inside = _between(low, high)
    pairs = [pair for pair in _of(data, key).items() if inside(pair[1])]
    pairs = pairs[::-1] if reverse else pairs
    if limit is not None:
        offset, count = limit
        pairs = [] if offset < 0 else pairs[offset:] if count < 0 else pairs[offset : offset + count]
    return _listed(pairs, with_scores)


@command("ZREVRANGE", 3, 4)
def _zrevrange(data, key, start, stop, *options):
    if options and options[0].upper() != b"WITHSCORES":
        raise Fail(SYNTAX)
    return _by_rank(data, key, start, stop, True, bool(options))


def _with_options(options):
    """(limit, with_scores) of the older commands by score."""
    limit, with_scores, rest = None, False, list(options)
    while rest:
        option = rest.pop(0).upper()
        if option == b"WITHSCORES":
            with_scores = True
        elif option == b"LIMIT" and len(rest) >= 2:
            limit = integer(rest.pop(0)), integer(rest.pop(0))
        else:
            raise Fail(SYNTAX)
    return limit, with_scores


@command("ZRANGEBYSCORE", 3, None)
def _zrangebyscore(data, key, low, high, *options):
    return _by_score(data, key, low, high, False, *_with_options(options))


@command("ZREVRANGEBYSCORE", 3, None)
def _zrevrangebyscore(data, key, high, low, *options):
    return _by_score(data, key, low, high, True, *_with_options(options))
