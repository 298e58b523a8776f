"""Lesson 04, cache-aside: from one round trip on a hit to pages that are forgotten with one delete."""

import psycopg
import redis

from .attempt import describe
from .cache import is_pickle, refusing_port, silent_port, swallowing_port
from .exercise import define
from .lab import Call, Lab, counted
from .verdict import Table, show

LIFE = 300  # seconds an entry about a user lives; down to 240 is fine, which leaves room for jitter
ABSENT = 30  # seconds that "there is no such user" may live
GIVES_UP = 0.5  # seconds after which a client must have given up
HICCUP = 0.1  # seconds a healthy server may be busy with something else
GARBAGE = (b"", b"{", b"\x80garbage", b"[]", b"17", b'"a string"', b"{}", b'{"name": "of another version"}')


# --- 04.1 ----------------------------------------------------------------------------------------------


@define(
    "04.1",
    "One trip on a hit",
    minutes=6,
    needs=("valkey",),
    hints=(
        "Three steps, in this order: ask the cache; on a miss ask the database; store what it said. "
        "Then print `db.get_user(42)`: which of its values does JSON not know?",
        "`cache.get(key)` returns None on a miss and bytes on a hit. `cache.set(key, text, ex=300)` "
        "stores the value and its TTL in one command. A datetime has `isoformat()`; "
        "`datetime.fromisoformat(text)` reads that again.",
    ),
)
def one_trip(lab: Lab, get_user):
    row = lab.db.new_user()
    miss = ask(lab, get_user, row)
    one_query(miss)
    leaves_others_alone(miss)
    if len(miss.trips) > 2:
        raise miss.wrong(
            f"a miss made {counted(miss.trips, 'round trip')} to the cache",
            "two: the look-up, and one command that stores the value together with its TTL",
            "If the program dies between storing and setting the TTL, how long does that entry live?"
            if miss.commands & {"EXPIRE", "PEXPIRE", "EXPIREAT"}
            else "",
        )
    stored(lab, miss, LIFE)
    hit = answered_from_cache(lab, get_user, row)
    one_trip_only(hit)
    strangers_stay_apart(lab, get_user)
    hits_do_not_prolong(lab, get_user)
    nothing_of_its_own(lab, get_user)
    requests_at_once(lab, get_user)
    return (
        "A hit is one round trip and no query, and gives the same values as the database, down to the "
        f"types. Every entry carries its TTL from the start, {LIFE} s, and hits do not prolong it."
    )


# --- 04.2 ----------------------------------------------------------------------------------------------


@define(
    "04.2",
    "A client that gives up in time",
    minutes=6,
    needs=("real valkey",),
    hints=(
        "Three different waits: for a connection to open, for an answer to come, and between one "
        "attempt and the next. `help(redis.Redis)` names a setting for each.",
        "`socket_connect_timeout`, `socket_timeout`, and `retry`. The default of the last is ten "
        "retries, with longer and longer pauses between them.",
        "`Retry(NoBackoff(), 0)`, from `redis.retry` and `redis.backoff`, does not try again.",
    ),
)
def gives_up_in_time(lab: Lab, connect):
    client = new_client(lab, connect, *lab.address)
    look_up(lab, client).finished()
    for port, what, think in (
        (
            refusing_port,
            "while nobody listens there",
            "The refusal came at once. What took the rest of the time?",
        ),
        (
            silent_port,
            "while the server accepts and never answers",
            "How long does the client wait for an answer?",
        ),
        (
            swallowing_port,
            "while packets to the server are dropped",
            "How long does it wait for a connection to open?",
        ),
    ):
        with port() as address, lab.log.during(what):
            if address is None:  # not on this system
                continue
            call = look_up(lab, new_client(lab, connect, *address))
            if call.overtime is None and GIVES_UP < call.seconds < 2 * GIVES_UP:  # or was this machine busy?
                call = min(
                    call, look_up(lab, new_client(lab, connect, *address)), key=lambda call: call.seconds
                )
            gave_up(call, think)
    goes_where_it_is_sent(lab, connect)
    with lab.cache.pausing(HICCUP):
        call = look_up(lab, client)
        if call.error is not None or call.overtime is not None:
            raise call.wrong(
                f"{describe(call.error)} after {call.seconds:.2f} s"
                if call.error
                else "it did not come back",
                f"the answer: {HICCUP:g} s is slow, and no outage",
                "A cache that is given up at every hiccup sends its whole load to the database.",
            )
    return (
        f"Refused, silent or unreachable: your client says so within {GIVES_UP:g} s, so a request can go "
        f"on to the database. A hiccup of {HICCUP:g} s it sits out."
    )


def new_client(lab: Lab, connect, host: str, port: int):
    made = lab.call(connect, host, port)
    if made.error is not None and made.where and lab.log.conditions:
        raise made.wrong(
            f"{describe(made.error)}, from {made.where}",
            "a client: making one needs no server yet",
            "If connecting fails when the program starts, can the program start during an outage?",
        )
    if not isinstance(made.finished().value, redis.Redis):
        raise made.wrong(f"it returned {show(made.value)}", "a client: a redis.Redis")
    return made.value


def goes_where_it_is_sent(lab: Lab, connect) -> None:
    """This computer has more names than localhost; somebody at another of them must be asked."""
    visitors: list = []
    with silent_port("127.0.0.2", visitors) as (host, port):
        call = look_up(lab, new_client(lab, connect, host, port))
    if not visitors:
        call.text = f"`connect({host!r}, {port}).get('price')`"
        raise call.wrong(
            f"nobody came to {host}:{port}", "the client connects to the host and port it was given"
        )


def look_up(lab: Lab, client) -> Call:
    return lab.call(client.get, "price", patience=1.5, text="connect(host, port).get('price')")


def gave_up(call: Call, think: str) -> None:
    """The call failed, with redis-py's exception, and soon."""
    if call.overtime is not None or call.seconds > GIVES_UP:
        took = (
            f"it had not come back after {call.patience:g} s"
            if call.overtime is not None
            else f"it took {call.seconds:.1f} s"
        )
        raise call.wrong(took, f"a redis.RedisError within {GIVES_UP:g} s", think)
    if not isinstance(call.error, redis.RedisError):
        happened = f"{describe(call.error)}" if call.error else f"it returned {show(call.value)}"
        raise call.wrong(
            happened, f"a redis.RedisError within {GIVES_UP:g} s", "Who hid the outage from the caller?"
        )


# --- 04.3 ----------------------------------------------------------------------------------------------


@define(
    "04.3",
    "Survive the cache",
    minutes=12,
    needs=("valkey",),
    hints=(
        "Two things can fail on their own: the look-up and the store. Each needs its own `try`. The "
        "query needs none: if the database is down, there is nothing to fall back to, and the caller "
        "must know.",
        "`redis.RedisError` is the parent of everything the client raises: refused, timed out, wrong "
        "type, out of memory. What comes out of `json.loads` when the bytes are not JSON is a "
        "`ValueError`.",
        "JSON that parses is not yet a user: a list, a number and a dict without your fields all parse. "
        "And remember whether the look-up failed: if it did, storing will most likely cost a second "
        "timeout.",
    ),
)
def survive_the_cache(lab: Lab, get_user):
    healthy(lab, get_user)
    for trouble, limit in ((lab.cache.refusing, 1), (lab.cache.hung, 1), (lab.cache.full, 2)):
        row = lab.db.new_user()
        with trouble():
            call = lab.call(get_user, row["user_id"], lab.cache, lab.db)
            survived(call, row)
            if len(call.trips) > limit:
                raise call.wrong(
                    f"one request made {counted(call.trips, 'attempt')} to reach the cache",
                    "one: when the look-up fails, the store is left out",
                    "Every attempt waits for its own timeout. What does a request cost while the cache "
                    "hangs?",
                )
    healthy(lab, get_user, "the outage is over: the cache is used again")
    dies_between_get_and_set(lab, get_user)
    for garbage in GARBAGE:
        spoiled(
            lab, get_user, f"with `{show_bytes(garbage)}` in the cache", lambda g=garbage: lab.cache.spoil(g)
        )
    spoiled(lab, get_user, "with a list under each key", lab.cache.retype)
    database_errors_come_out(lab, get_user)
    nobody_is_nobody(lab, get_user)
    return (
        "Refused, hung, full, dying between two commands, garbage of nine kinds: the caller never "
        "notices, a request never waits for the cache twice, and an error of the database still comes "
        "out."
    )


def healthy(lab: Lab, get_user, think: str = "") -> None:
    """With nothing wrong: store, then hit."""
    row = lab.db.new_user()
    miss = ask(lab, get_user, row, think)
    one_query(miss)
    stored(lab, miss, LIFE)
    answered_from_cache(lab, get_user, row, think)


def survived(call: Call, row: dict | None) -> None:
    """The call gave the row and not the cache's exception."""
    if call.error is not None and call.overtime is None:
        name = f"{type(call.error).__module__.partition('.')[0]}.{type(call.error).__name__}".removeprefix(
            "builtins."
        )
        think = "Which exceptions does your `except` name, and is this one of them?"
        if isinstance(call.error, RecursionError):
            think = "It tried again, and again. What ends that?"
        raise call.wrong(
            f"{name} came out of the function, from {call.where or 'somewhere below it'}",
            "the user's row, from the database: the caller need not know that there is a cache",
            think,
        )
    call.returned(row, "The database was there all the time.")


def nobody_is_nobody(lab: Lab, get_user) -> None:
    """A user who does not exist is None, whatever the cache does, and is found right after signing up."""
    missing = lab.db.new_id()
    lab.call(get_user, missing, lab.cache, lab.db).returned(None)
    with lab.cache.refusing():
        survived(lab.call(get_user, missing, lab.cache, lab.db), None)
    with lab.log.during("right after this user signed up"):
        ask(lab, get_user, lab.db.new_user(missing), "What did you store while there was nobody?")


def dies_between_get_and_set(lab: Lab, get_user) -> None:
    """The look-up still works; the server is gone before the store."""
    row = lab.db.new_user()
    with lab.cache.dying_after(1):
        survived(lab.call(get_user, row["user_id"], lab.cache, lab.db), row)


def spoiled(lab: Lab, get_user, how: str, spoil) -> None:
    """Something else is in the entry's place: the answer comes from the database and heals the cache."""
    row = lab.db.new_user()
    lab.cache.empty()
    lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    spoil()
    with lab.log.during(how):
        survived(lab.call(get_user, row["user_id"], lab.cache, lab.db), row)
    lab.log.conditions.append(f"once more, after the call {how}")
    answered_from_cache(lab, get_user, row, "Does a request that finds garbage replace it?")
    lab.log.conditions.clear()


def database_errors_come_out(lab: Lab, get_user) -> None:
    """No answer is better than a wrong one: with the database down, a miss raises and stores nothing."""
    known, stranger = lab.db.new_user(), lab.db.new_user()
    lab.call(get_user, known["user_id"], lab.cache, lab.db).finished()
    lab.db.down = True
    with lab.log.during("while the database is down"):
        lab.call(get_user, known["user_id"], lab.cache, lab.db).returned(known)
        call = lab.call(get_user, stranger["user_id"], lab.cache, lab.db)
    if not isinstance(call.error, psycopg.OperationalError):
        ending = (
            "it returned " + repr(call.value)
            if call.error is None
            else type(call.error).__name__ + " came out"
        )
        raise call.wrong(
            ending,
            "psycopg.OperationalError, the database's own exception, reaches the caller",
            "What does the caller do with an answer that means both `no such user` and `I could not look`?",
        )
    lab.db.down = False
    ask(lab, get_user, stranger, "The database is back. What did the failed call leave in the cache?")


# --- 04.4 ----------------------------------------------------------------------------------------------


@define(
    "04.4",
    "Nobody of that name",
    minutes=8,
    needs=("valkey",),
    hints=(
        "What does your cache hold for a user who does not exist, and how do you tell that from holding "
        "nothing?",
        "Store a marker, something no user can be, with a TTL of its own. `json.dumps(None)` is `null`: "
        "that is a marker, as long as you test for a miss (`raw is None`) before you decode.",
    ),
)
def nobody(lab: Lab, get_user):
    healthy(lab, get_user)
    lab.cache.empty()
    missing = lab.db.new_id()
    first = lab.call(get_user, missing, lab.cache, lab.db).returned(None)
    one_query(first)
    stored(lab, first, ABSENT, "the answer that there is no such user", floor=0.2)
    again = lab.call(get_user, missing, lab.cache, lab.db).returned(None)
    if again.loads:
        raise again.wrong(
            f"asked a second time for a user who does not exist, it made {counted(again.loads, 'query')}",
            f"no query: for up to {ABSENT} s the cache knows that there is no such user",
            "Someone who tries a million made-up ids: who has to answer?",
        )
    one_trip_only(again)
    signed_up(lab, get_user, missing)
    strangers_stay_apart(lab, get_user)
    return (
        f"A user who does not exist costs one query in {ABSENT} s instead of one per request, and "
        f"somebody who signs up is seen after {ABSENT} s at the latest. Real users still live {LIFE} s."
    )


def signed_up(lab: Lab, get_user, user_id: int) -> None:
    """The user comes into being; asked again and again meanwhile, the marker still ends in time."""
    row = lab.db.new_user(user_id)
    lab.wait(ABSENT * 0.7)
    lab.call(get_user, user_id, lab.cache, lab.db).finished()
    lab.wait(ABSENT * 0.7)
    with lab.log.during(f"{ABSENT * 1.4:.0f} s after this user signed up"):
        ask(lab, get_user, row, "Does looking at the marker make it live longer?")
    answered_from_cache(lab, get_user, row)


# --- 04.5 ----------------------------------------------------------------------------------------------


@define(
    "04.5",
    "The expensive list",
    minutes=10,
    needs=("valkey",),
    hints=(
        "Call `db.top_products(limit=1)` and look at the type of every value. What would "
        "`float(revenue)` do to a sum of money?",
        "A Decimal survives as text: `str(price)` one way, `Decimal(text)` back. `json.dumps(rows, "
        "default=str)` writes it; reading needs to know which fields to turn back.",
        "`if rows:` is false for an empty list. Which two different answers of the cache does it mix "
        "up? And which two calls share the key `f'top:{category}{limit}'`?",
    ),
)
def expensive_list(lab: Lab, top_products):
    lab.db.new_sales("lamps", 12)
    lab.db.new_sales("lamps1", 3)
    lab.db.new_sales("chess", 0)
    for category, limit in (("lamps", 11), ("lamps1", 1), ("lamps", 3), (None, 5), ("chess", 5)):
        want = lab.db.top_products(category=category, limit=limit)
        miss = lab.call(top_products, category, limit, lab.cache, lab.db)
        miss.returned(want, "Another category or limit was asked for before. Do two questions share a key?")
        one_query(miss)
        stored(lab, miss, 60)
        hit = lab.call(top_products, category, limit, lab.cache, lab.db).finished()
        if hit.loads:
            raise hit.wrong(
                f"the second call in a row made {counted(hit.loads, 'query')}",
                "no query" + (": that nothing was sold is an answer too" if not want else ""),
                "" if want else "How does your code tell an empty list from a miss?",
                contents(lab),
            )
        hit.returned(want, "A miss and a hit must look the same to the caller, down to the types.")
        one_trip_only(hit)
    lab.db.new_sales("lamps", 4)
    lab.wait(61)
    changed = lab.db.top_products(category="lamps", limit=3)
    lab.call(top_products, "lamps", 3, lab.cache, lab.db).returned(
        changed, "The entry is more than 60 s old."
    )
    return (
        "Five questions, five entries, each with its TTL; money is still money, and an empty list is a hit."
    )


# --- 04.6 ----------------------------------------------------------------------------------------------


@define(
    "04.6",
    "Pages that are forgotten together",
    minutes=20,
    needs=("valkey",),
    hints=(
        "How would `forget_orders` find every page's key? It cannot know how many there are, and `KEYS` "
        "looks at every key on the server. What if all pages of one user lived under one key?",
        "A hash is a dict under one key: `cache.hget(key, page)`, `cache.hset(key, page, text)`, and "
        "one `cache.delete(key)` for all of it. Its TTL belongs to the whole key.",
        "`cache.expire(key, 300)` after each new page starts the clock again for the old pages. "
        "`expire(key, 300, nx=True)` sets a TTL only where there is none. A pipeline sends both "
        "commands at once.",
    ),
)
def forgotten_together(lab: Lab, order_history, forget_orders):
    user, other = lab.db.new_id(), lab.db.new_id()
    for owner in (user, other):
        lab.db.new_orders(owner, 47)
    for page in (1, 2, 3, 4):  # the fourth is empty
        page_is_cached(lab, order_history, user, page)
    page_is_cached(lab, order_history, other, 1)
    few_keys(lab, order_history, user)
    forget(lab, order_history, forget_orders, user, other)
    pages_do_not_prolong_each_other(lab, order_history)
    return (
        "Each page is one round trip on a hit and no older than 300 s, a user has at most two keys "
        "however many pages they read, and one command forgets them all and nobody else's."
    )


def page_is_cached(lab: Lab, order_history, user: int, page: int) -> None:
    want = lab.db.order_history(user, page)
    miss = lab.call(order_history, user, page, lab.cache, lab.db).returned(want)
    if len(miss.loads) > 1:
        raise miss.wrong(f"a miss made {counted(miss.loads, 'query')}", "one query")
    stored(lab, miss, LIFE, floor=0)
    hit = lab.call(order_history, user, page, lab.cache, lab.db).finished()
    if hit.loads:
        raise hit.wrong(
            f"page {page}, just read, was asked for again, and that made {counted(hit.loads, 'query')}",
            "no query" + ("" if want else ": that there are no more orders is an answer too"),
            "",
            contents(lab),
        )
    hit.returned(want, "A miss and a hit must look the same to the caller, down to the types.")
    one_trip_only(hit)


def few_keys(lab: Lab, order_history, user: int) -> None:
    mine = [key for key in lab.cache.names() if str(user) in key]
    keys = len(lab.cache.names())
    if keys > 4 or len(mine) > 2:
        call = Call(f"pages 1 to 4 of `order_history({user}, …)` and one page of another user's")
        raise call.wrong(
            f"there are now {keys} keys in the cache",
            "at most two keys for each user, however many pages they read",
            "If every page has its own key, who knows the names of all of them when an order comes in?",
            contents(lab),
        )


def forget(lab: Lab, order_history, forget_orders, user: int, other: int) -> None:
    lab.db.new_orders(user, 1)
    call = lab.call(forget_orders, user, lab.cache).finished()
    leaves_others_alone(call)
    if len(call.trips) != 1:
        raise call.wrong(f"it made {counted(call.trips, 'round trip')} to the cache", "one round trip")
    for page in (1, 2, 3):
        want = lab.db.order_history(user, page)
        lab.log.conditions.append("after a new order and `forget_orders`")
        lab.call(order_history, user, page, lab.cache, lab.db).returned(
            want, f"Page {page} should have gone too."
        )
        lab.log.conditions.clear()
    kept = lab.call(order_history, other, 1, lab.cache, lab.db).finished()
    if kept.loads:
        raise kept.wrong(
            f"`forget_orders({user}, cache)` also removed the pages of user {other}",
            "only the pages of the user whose orders changed are forgotten",
        )


def pages_do_not_prolong_each_other(lab: Lab, order_history) -> None:
    """Page 1 ends when it should, although page 2 was filled in between."""
    user = lab.db.new_id()
    lab.db.new_orders(user, 47)
    lab.call(order_history, user, 1, lab.cache, lab.db).finished()
    lab.wait(LIFE * 0.6)
    lab.call(order_history, user, 2, lab.cache, lab.db).finished()
    lab.db.new_orders(user, 1)
    lab.wait(LIFE * 0.6)
    with lab.log.during(f"{LIFE * 1.2:.0f} s after page 1 was stored, {LIFE * 0.6:.0f} s after page 2 was"):
        call = lab.call(order_history, user, 1, lab.cache, lab.db)
        call.returned(
            lab.db.order_history(user, 1),
            "Filling a page must not make the older pages live longer. What does EXPIRE do to a key "
            "that has a TTL?",
        )


# --- what several exercises ask ------------------------------------------------------------------------


def ask(lab: Lab, get_user, row: dict, think: str = "") -> Call:
    """Call get_user for this row's user; it must return the row."""
    return lab.call(get_user, row["user_id"], lab.cache, lab.db).returned(row, think)


def one_query(call: Call) -> None:
    if len(call.loads) != 1:
        raise call.wrong(
            f"it made {counted(call.loads, 'query')}", "one query: the cache does not know the answer yet"
        )


def one_trip_only(hit: Call) -> None:
    if len(hit.trips) != 1:
        unasked = "Where does it keep the answer, if not in the cache? Nobody can invalidate it there."
        raise hit.wrong(
            f"a hit made {counted(hit.trips, 'round trip')} to the cache",
            "one round trip",
            "" if hit.trips else unasked,
        )


def leaves_others_alone(call: Call) -> None:
    """No command that touches every key there is."""
    if sweeping := call.commands & {"KEYS", "SCAN", "FLUSHDB", "FLUSHALL"}:
        raise call.wrong(
            f"it used {' and '.join(sorted(sweeping))}",
            "commands that name the key they are about",
            "KEYS and SCAN look at every key on the server, FLUSH… removes every key: what else is in "
            "that cache?",
        )


def contents(lab: Lab) -> Table:
    return Table("What is in the cache", ("key", "value", "expires in"), tuple(lab.cache.contents()))


def stored(lab: Lab, call: Call, life: float, what: str = "the answer", floor: float = 0.8) -> None:
    """The call has left something in the cache: with a TTL, and as data."""
    inside = contents(lab)
    if not lab.cache.names():
        unused = "" if call.trips else ": the function never used `cache`"
        raise call.wrong(f"afterwards the cache was empty{unused}", f"{what} is stored for the next reader")
    for key, left in lab.cache.ttls().items():
        if left is None:
            think = "If nobody ever deletes it, how long does a mistake last?"
            raise call.wrong(f"the key {key} never expires", f"it expires after {life} s", think, inside)
        if not life * floor - 1 <= left <= life:
            raise call.wrong(
                f"the key {key} expires in {left:.1f} s", f"it expires after {life} s", "", inside
            )
    for value in (value for values in lab.cache.values().values() for value in values):
        if is_pickle(value):
            think = "Whoever can write to the cache chooses what your program runs when it unpickles."
            raise call.wrong(
                "it stored a pickle", "a format that holds data only, such as JSON", think, inside
            )
        if b"Decimal(" in value or b"datetime." in value:
            think = "Whoever can write to the cache chooses what your program runs when it evaluates that."
            raise call.wrong(
                "it stored Python source", "a format that holds data only, such as JSON", think, inside
            )


def answered_from_cache(lab: Lab, get_user, row: dict, think: str = "") -> Call:
    """Ask again: the same answer, without a query."""
    call = lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    if call.loads:
        raise call.wrong(
            f"the second call in a row made {counted(call.loads, 'query')}",
            "no query: the call before has stored the answer",
            think,
            contents(lab),
        )
    return call.returned(row, "A miss and a hit must look the same to the caller, down to the types.")


def strangers_stay_apart(lab: Lab, get_user) -> None:
    """Two users whose ids look alike in a key do not share an entry."""
    number = lab.db.new_id()
    for row in (lab.db.new_user(number), lab.db.new_user(number * 10 + 1)):
        ask(lab, get_user, row, "Another user was asked for just before. Do the two share a key?")


def hits_do_not_prolong(lab: Lab, get_user) -> None:
    """An entry ends with its TTL, however often it was read, and the next call sees what changed."""
    row = lab.db.new_user()
    lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    changed = lab.db.change_user(row["user_id"], email="new@shop.example")
    for _ in range(3):
        lab.wait(LIFE * 0.4)
        call = lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    if call.value == row:
        raise call.wrong(
            f"{LIFE * 1.2:.0f} s after it was stored, and read on the way, the old row still came back",
            f"the new row: an entry ends {LIFE} s after it was stored",
            "Does a hit make the entry live longer? Then a popular row stays stale for ever.",
        )
    call.returned(changed)


def nothing_of_its_own(lab: Lab, get_user) -> None:
    """With the cache emptied and the row changed, an answer can only come from the database."""
    row = lab.db.new_user()
    lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    lab.cache.empty()
    changed = lab.db.change_user(row["user_id"], email="new@shop.example")
    call = lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    if not call.loads:
        raise call.wrong(
            "the cache had been emptied, and yet the function answered without a query",
            "one query",
            "Does it keep answers somewhere else, in a dict or a default argument? Nobody can "
            "invalidate those.",
        )
    call.returned(changed)


def requests_at_once(lab: Lab, get_user) -> None:
    """Four threads ask for four users, and each gets its own."""
    rows = [lab.db.new_user() for _ in range(4)]
    calls = lab.at_once(get_user, *((row["user_id"], lab.cache, lab.db) for row in rows))
    for call, row in zip(calls, rows, strict=True):
        call.returned(row, "What do two requests share that they should not: a global, a default argument?")


def show_bytes(value: bytes) -> str:
    return repr(value)[1:]
