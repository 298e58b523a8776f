"""What a learner should know about their code, beside the verdict."""

from __future__ import annotations

from cachelab.races.faults import Cdc, name_of
from cachelab.races.models.database import READS
from cachelab.races.state import as_value


def notes(search) -> list[str]:
    """What the learner should know about their code, beside the verdict."""
    world, session, found = search.world, search.session, []
    solo, writers = search.study.solo, search.study.writers
    if search.judge is None:
        solo = {}  # what a reader and a writer should be like is not the question
    for i, run in solo.items():
        name = world.names[i]
        if run.failure is not None:
            continue
        if not run.calls:
            found.append(f"{name} touches neither the cache nor the database.")
        elif i in writers and not run.used("cache"):
            found.append(f"{name} writes to the database and leaves the cache alone.")
        elif i not in writers and not run.used("db", *READS):
            found.append(f"{name} never reads the database, not even from an empty cache.")
    readers = [i for i, run in solo.items() if i not in writers and run.used("db", *READS)]
    for i in readers:
        run = solo[i]
        if run.result is None and run.failure is None and not run.hung:
            found.append(
                f"{world.names[i]} returns None, even from an empty cache; a read returns the value."
            )
    others = {name_of(search.clients[i]) for i in readers if search.clients[i] is not search.study.probe}
    for name in sorted(others) if search.probe is None else ():
        found.append(
            f"In the end {name_of(search.study.probe)} is asked what the cache holds, and {name} is not: "
            f"explore(…, probe={name}) asks it."
        )
    if not writers and search.judge is not None:
        found.append(
            "Nobody writes to the database, so nothing can become stale: does the writer call db.write()?"
        )
    for i, result in world.odd.items():
        if search.study.misread and search.clients[i] is search.study.probe:
            continue  # that is said first
        what = f"{world.names[i]} returned {result!r}"
        if as_value(result) is None:
            found.append(f"{what}, of type {type(result).__name__}; a read returns the value itself, a str.")
        else:
            found.append(
                f"{what} where the database held {search.study.row}; a read returns the value itself, so "
                "nothing that it returns is judged."
            )
    for name in () if world.looped else sorted(session.slept):
        found.append(
            f"{name} sleeps. Time proves nothing here: another client may take longer still. "
            "races.outlast_readers() states the assumption that a wait outlasts every read."
        )
    for name in sorted(session.drew):
        found.append(
            f"{name} draws random numbers. It draws the same ones in every schedule: what other draws would "
            "lead to is not explored."
        )
    for name in sorted(session.looked - session.timed.keys()):
        found.append(
            f"{name} looks at the clock. Each client has a clock of its own, which only its own calls and "
            "sleeps move."
        )
    for name in sorted(session.printed):
        found.append(f"{name} prints. It is run {session.runs} times in all, so the output is dropped.")
    for name, where in session.swallowed.items():
        found.append(
            f"{name} catches everything, even what is not an Exception (near {where}): "
            "it would swallow a KeyboardInterrupt, too. Catch redis.RedisError."
        )
    if world.looped:
        found.append("A client polls. Rounds answered as the one before are no further schedules.")
    replica = any(isinstance(client, Cdc) and client.source == "replica" for client in search.clients)
    if "replica_lag" in search.faults and not session.replica and not replica:
        found.append("replica_lag changes nothing: nobody reads db.replica.")
    if "expire" in search.faults and not any(world.model.expiring(keyspace) for keyspace in world.keyspaces):
        found.append("expire changes nothing: no key ever has a TTL.")
    asked = [node.call for run in search.study.solo.values() for node, _ in run.calls]
    if any(call.kind == "memcached" and call.payload.startswith((b"add ", b"replace ")) for call in asked):
        found.append(
            "add and replace are answered here: this client has default_noreply=False. pymemcache's own "
            "default is True, and then both say True whatever happened: pass noreply=False."
        )
    if not world.memcached and any(map(world.model.timed, world.keyspaces)):
        found.append(
            "The server is asked for the TIME. Its clock moves by a microsecond whenever it is asked, and by "
            "nothing else: what comes of a minute that passes is a question for virtual time."
        )
    if session.durations & {b"TTL", b"PTTL"}:
        found.append("TTL answers the whole time to live that was set: no clock runs here.")
    if b"XPENDING" in session.durations:
        found.append("XPENDING answers that nothing has been idle: no clock runs here.")
    return found


def doubt(search) -> str | None:
    """Why there is no verdict, in a sentence without its full stop."""
    study, timed = search.study, search.session.timed
    if study.misread:
        return (
            f"{name_of(study.probe)} returns {study.warming.result!r}, which is not the row's value, so "
            "whether it is old cannot be told: let the reader return what db.read() gave it"
        )
    for name, where in timed.items():
        return (
            f"{name} tells the cache the time of day ({where}), and here each client has a clock of its own: "
            "which of two times is later is not known. Use a version that the database counts"
        )
    return None
