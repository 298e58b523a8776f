"""What the lessons' benches ask for; each predicate gets the bench and says whether it shows that."""

from statistics import fmean

from cachelab.cloud import prices
from cachelab.cloud.order import Order
from cachelab.workload import outage

from .model import Challenge

__all__ = ["CHALLENGES"]


# 00: the picture of a request's path.


def _served_without_the_cache(path):
    late = [trip for trip in path.model.trips if trip.outcome == "without the cache"]
    return path.model.state == "dead" and len(late) >= 10


def _slower_with_the_cache(path):
    lines = path.model.lines
    get = [line.seconds for line in lines["cache"] if line.name == "GET" and line.calls >= 3]
    query = [line.seconds for line in lines["database"]]
    return bool(get and query) and get[0] > query[0]


# 01: mean time per request.


def _times(bench):
    (here,), (bare, _) = bench.figure.data("you are here")[1], bench.figure.data("without")[1]
    return here, bare


def _slower(bench):
    here, bare = _times(bench)
    return here > bare


def _slower_by_one_slider(bench):
    return _slower(bench) and len(bench.moved) == 1 and bench.moved[0]


def _half_in_spite_of_writes(bench):
    here, bare = _times(bench)
    return bench.values["query"] <= 0.00053 and bench.values["writes"] >= 0.195 and here <= bare / 2


# 03: the order form.


def _taken(form):
    return form.verdict["state"] == "taken"


def _survives_a_zone(form):
    order = form.order
    return (
        _taken(form)
        and not order.memcached
        and order.replicas >= 1
        and order.automatic_failover
        and order.multi_az
    )


def _refused(form):
    return form.verdict["state"] == "refused" and form.verdict["words"]


def _cheapest():
    every = [Order(engine="valkey", node_type=kind, replicas=1).cost for kind in prices.NODE_HOUR]
    return min(cost.usd_per_month for cost in every if cost is not None)


def _cheap_and_complete(form):
    order, cost = form.order, form.order.cost
    cheap = cost is not None and cost.usd_per_month <= _cheapest() + 0.005
    return (
        _survives_a_zone(form) and cheap and order.tls and bool(order.auth_token) and order.backup_days >= 7
    )


# 04: customers.


def _outage_without_errors(bench):
    since = bench.down_since
    if since is None:
        return False
    ticks = [tick for tick in bench.model.ticks if tick.at > since + 1]  # each looks back one second
    return bool(ticks) and ticks[-1].at >= since + 4 and all(t.requests and not t.errors for t in ticks)


def _ten_times_the_queries(bench):
    since = bench.down_since
    if since is None:
        return False
    before = [tick.queries for tick in bench.model.ticks if since - 2 <= tick.at <= since]
    now = bench.model.ticks[-1]
    return bool(before) and now.at > since + 1 and now.queries >= 10 * max(1.0, min(before))


def _warm_again(bench):
    now = bench.model.now
    return bench.back_since is not None and now.at > bench.back_since + 1 and (now.hit_ratio or 0) >= 0.8


# 05: the scheduler.


def _broken(scheduler):
    return scheduler.game.violated is not None


def _broken_shortest(scheduler):
    return _broken(scheduler) and len(scheduler.game.steps) == scheduler.game.shortest


def _stale_for_a_while(scheduler):
    held = [entry for step in scheduler.scene["steps"] for entry in step["state"]["cache"]]
    over = scheduler.game.finished and scheduler.game.violated is None
    return over and any(entry["stale"] for entry in held)


# 06: benches of memory and time.


def _hit_ratio(bench) -> float:
    return bench.figure.data("you are here")[1][0]


def _more_room_is_useless(bench):
    room, ceiling = bench.values["room"], bench.figure.data("TTL alone")[1][0]
    return room < 5000 and _hit_ratio(bench) > ceiling - 0.0005


def _a_longer_ttl_is_useless(bench):
    sizes, without = bench.figure.data("memory alone")
    here = sum(size <= bench.values["room"] for size in sizes)
    return here < len(sizes) and 0.3 < without[here - 1] < _hit_ratio(bench) + 0.005


def _flat_and_kept(bench):
    first = [y for x, y in zip(*bench.figure.data("model"), strict=True) if 0.5 <= x <= 1.5]
    return bench.values["side"] == "down" and bench.values["spread"] <= 0.5 and max(first) <= 2.2


def _after(bench, requests: int):
    """(LRU, the policy): hit ratios from that request on, as far as they are worked out."""
    x, lru = bench.figure.data("textbook's LRU")
    other = bench.figure.data(bench.values["policy"])[1]
    return [(a, b) for at, a, b in zip(x, lru, other, strict=True) if at > requests]


def _nothing(bench):
    later = _after(bench, 20_000)
    return bool(later) and all(lru == 0 for lru, _ in later)


def _frequency_misleads(bench):
    lfu = bench.values["policy"] == "Valkey allkeys-lfu"
    return lfu and sum(lru > policy + 0.05 for lru, policy in _after(bench, 50_000)) >= 3


def _holds_on_the_smallest(bench):
    fits = bench.figure.data("filled")[1][0] <= 1
    return fits and len(bench.moved) == 1 and bench.moved[0] in ("ttl", "value")


# 07: one key, the dice, the flush, the hot key.


def _everybody_loads(bench):
    return bench.values["fix"] == "none" and bench.outcome["run"].most_at_once >= 60


def _one_load_and_nobody_waits(bench):
    run = bench.outcome["run"]
    return len(run.loads) >= 3 and run.loads_per_refresh <= 1.05 and run.wait(0.99) < 0.001


def _a_lock_that_does_not_hold(bench):
    run = bench.outcome["run"]
    return bench.values["fix"] == "lock" and run.loads_per_refresh >= 3


def _dice_without_a_gain(bench):
    at, loads = bench.values, bench.outcome["loads"]
    return at["wrong"] == 1 and loads >= 0.9 * (1 + at["rate"] * at["load_time"])


def _dice_for_less_than_two(bench):
    return bench.values["rate"] >= 50 and bench.values["wrong"] == 1 and 1 <= bench.outcome["loads"] < 2


def _one_change_to_the_large_shop(bench):
    """What the one control that was moved says, if the large shop is what is shown, to its end."""
    changed = [name for name in bench.moved if name != "shop"]
    large = "shop" in bench.moved and bench.outcome["whole"]
    return f"{changed[0]}: {bench.values[changed[0]]}" if large and len(changed) == 1 else ""


def _back(bench):
    recovered = bench.outcome["world"].recovered
    return recovered is not None and recovered <= 15


def _helps_alone(bench):
    return _one_change_to_the_large_shop(bench) and _back(bench)


def _does_not_help(bench):
    return not _back(bench) and _one_change_to_the_large_shop(bench)


def _served_by_copies(bench):
    return bench.values["near"] == 0 and bench.values["copies"] > 1 and bench.outcome["busiest"] <= 1


def _served_without_copies(bench):
    at = bench.values
    hot = at["share"] >= 0.5 and at["rate"] >= bench.outcome["first"]
    return hot and at["copies"] == 1 and bench.outcome["busiest"] <= 1


# 12: threads while the cache hangs.


def _goes_on(bench):
    at = bench.values
    return not bench.outcome["stands"] and at["threads"] == 16 and at["rate"] >= 150


def _more_threads_do_not_help(bench):
    at = bench.values
    return bench.outcome["stands"] and at["threads"] == 128 and at["tries"] == 11


# 08: time-outs, a breaker, the storm after a flush.


def _half_more(bench):
    return bench.outcome["tries"] == 1 and 1.4 <= bench.outcome["load"] <= 1.6


def _fifty_tries(bench):
    values = bench.values
    return bench.outcome["tries"] >= 50 and max(values["service"], values["gateway"]) <= 3


def _few_wait(bench):
    counted = bench.outcome["seen"].counted
    return bench.values["script"] is outage.SCRIPTS["hangs"] and bench.values["on"] and counted["failed"] <= 8


def _unnoticed(bench):
    seen = bench.outcome["seen"]
    return bench.values["on"] and not seen.counted["not asked"] and seen.longest_wait >= 0.4


def _slow_is_noticed(bench):
    slow = bench.values["script"] is outage.SCRIPTS["slow: each answer takes 0.15 s"]
    return slow and bench.outcome["seen"].counted["not asked"] >= 100


def _back_within(bench, seconds):
    world = bench.outcome["world"]
    return bench.outcome["whole"] and world.recovered is not None and world.recovered <= seconds


def _a_limit_helps(bench):
    return bench.moved == ["limit"] and _back_within(bench, 4)


def _a_limit_too_large(bench):
    world = bench.outcome["world"]
    return bench.moved == ["limit"] and bench.outcome["whole"] and fmean(world.success[-4:]) < 0.9


def _a_large_limit_helps(bench):
    return bench.moved == ["limit", "timeout"] and bench.values["limit"] >= 30 and _back_within(bench, 5)


# 11: shards and skew.


def _twice_the_shards_for_nothing(bench):
    """More shards than the hottest key lets work, near caches and replicas aside."""
    at, outcome = bench.values, bench.outcome
    return at["near"] == 0 and at["replicas"] == 0 and at["shards"] >= 2 * outcome["most"]


def _twenty_with_twelve(bench):
    return bench.values["skew"] >= 0.99 and bench.outcome["nodes"] <= 12 and bench.outcome["served"] >= 20


# 09: the alarm, the bill, the access string.


def _rings_in_time(bench):
    run = bench.outcome["run"]
    return _day(bench) == "the rate falls" and not run.false and not run.missed and run.late[0] <= 8


def _day(bench) -> str:
    """What the chosen one of the days is called."""
    return bench.controls[0]["texts"][bench.positions[0]]


def _nobody_is_called(bench):
    run = bench.outcome["run"]
    return _day(bench) == "the node dies" and run.missed and bench.values["missing"]


def _dead_and_not_quiet(bench):
    run = bench.outcome["run"]
    return "without a reader" in _day(bench) and not run.missed and not run.false


def _requests_decide(bench):
    return bench.outcome["serverless"] > 2 * bench.outcome["stored"]


def _zones_decide(bench):
    return bench.outcome["between"] > bench.outcome["nodes"]


def _least_privilege(table):
    own = [row for row in table.rows if row["command"].startswith(("GET shop", "SET shop"))]
    return all(row["allowed"] for row in own) and not any(row["others"] for row in table.rows)


# 10: who gets in.


def _polite_are_locked_out(bench):
    seen = bench.outcome
    return bench.values["load"] < 1 and seen["came"] and min(seen["let in"].values()) <= seen["came"] / 2


def _twice_the_limit(bench):
    return bench.outcome["most"]["counter by the clock"] >= 2 * bench.values["limit"]


def _a_small_bucket(bench):
    asked = bench.values["shape"] == "at random" and bench.values["load"] >= 2
    return asked and bench.outcome["most"]["bucket"] <= 1.2 * bench.values["limit"]


CHALLENGES = {
    "00": (
        Challenge(
            "Let it run until the cache is warm. Then kill it, and let ten requests pass.",
            _served_without_the_cache,
            "Nobody was turned away; everybody waited for the database.",
        ),
        Challenge(
            "Bring it back. Is there a place for the cache where a hit is slower than the database?",
            _slower_with_the_cache,
            "Memory does not help against distance.",
        ),
    ),
    "01": (
        Challenge(
            "Find a setting where the cache makes the shop slower.",
            _slower,
            "Every read pays for the look-up, and here too few hits pay it back.",
        ),
        Challenge(
            "And with one control moved, all others where they were at the start?",
            _slower_by_one_slider,
            "It takes no exotic shop: one number is enough.",
        ),
        Challenge(
            "A query of half a millisecond, a fifth of the requests writes: let the cache halve the time.",
            _half_in_spite_of_writes,
            "It saves the distance here, not the work.",
        ),
    ),
    "03": (
        Challenge(
            "An order that AWS takes, and that goes on when a zone is lost.",
            _survives_a_zone,
            "A replica alone is a copy; Multi-AZ with automatic failover lets it take over.",
        ),
        Challenge(
            "Three orders that AWS refuses, each for another reason.",
            _refused,
            "The form says it before AWS does; a script learns it from an exception.",
            times=3,
        ),
        Challenge(
            "The cheapest that goes on when a zone is lost, encrypted in transit, with an AUTH token that "
            "AWS accepts and a week of backups.",
            _cheap_and_complete,
            "The second node doubles the price; the rest does not change what the nodes cost.",
        ),
    ),
    "04": (
        Challenge(
            "Kill the cache under load, and let three seconds pass without one error.",
            _outage_without_errors,
            "Your function degrades: slower, and right.",
        ),
        Challenge(
            "An outage that multiplies the database's queries by ten. (What must be true before it?)",
            _ten_times_the_queries,
            "The better the cache, the harder its loss: at a hit ratio of 90% the load is ten times as high.",
        ),
        Challenge(
            "Restart it, and wait until four of five reads hit again.",
            _warm_again,
            "It comes back empty, and fills with what is asked for most.",
        ),
    ),
    "05": (
        Challenge("Leave an old value in the cache.", _broken, "No server was slow, and nothing failed."),
        Challenge(
            "In the fewest moves.", _broken_shortest, "This is the counterexample that the explorer shows."
        ),
        Challenge(
            "An order in which the cache holds the old value for a while, and in the end no harm is done.",
            _stale_for_a_while,
            "The delete came last. Whoever read in between was served the old value, once.",
        ),
    ),
    "06": (
        Challenge(
            "Room for fewer than 5,000, and twice the memory would gain nothing.",
            _more_room_is_useless,
            "Entries die before memory fills. AWS would show no evictions here.",
        ),
        Challenge(
            "And now one where a TTL without end would gain less than half a point.",
            _a_longer_ttl_is_useless,
            "Whatever the TTL could end has been evicted before.",
        ),
    ),
    "06.jitter": (
        Challenge(
            "No entry older than promised, at most 50% of jitter, a first peak about twice the even load.",
            _flat_and_kept,
            "The peak is one over the share of a TTL in which all end: 10% downwards is worse than ±10%.",
        ),
    ),
    "06.policies": (
        Challenge(
            "Requests in which the textbook's LRU hits nothing.",
            _nothing,
            "Each product is evicted shortly before its turn comes again.",
        ),
        Challenge(
            "And some in which Valkey's LFU falls behind LRU for a while.",
            _frequency_misleads,
            "It remembers what was popular. Its counters fade by the minute, not by the request.",
        ),
    ),
    "06.sizing": (
        Challenge(
            "Move one slider, and let the smallest node hold it all. The number of keys may not change.",
            _holds_on_the_smallest,
            "What is stored, and for how long, is a choice; the node follows from it.",
        ),
    ),
    "07.one_key": (
        Challenge(
            "Without a fix: let sixty requests load at the same time.",
            _everybody_loads,
            "That is every thread this application has: now hits wait, too.",
        ),
        Challenge(
            "One load for each new value, and 99 of 100 requests answered within a millisecond.",
            _one_load_and_nobody_waits,
            "Somebody refreshes, a little before the expiry or a little after it, and all others are served.",
        ),
        Challenge(
            "A lock, and three loads for each new value all the same.",
            _a_lock_that_does_not_hold,
            "It ended before the load did, and the next reader took it.",
        ),
    ),
    "07.dice": (
        Challenge(
            "Dice that gain nothing, with a true Δ: as many loads as without XFetch.",
            _dice_without_a_gain,
            "A key that is read less than once in a load time has no stampede to prevent.",
        ),
        Challenge(
            "Fewer than two loads for each new value, at 50 requests a second or more.",
            _dice_for_less_than_two,
            "A larger β is earlier, and so the first is more often done before the second throws.",
        ),
    ),
    "07.flush": (
        Challenge(
            "The large shop. Three changes, one at a time, after which it is not back.",
            _does_not_help,
            "Twice, or half, is not enough while the work is done for people who have left.",
            times=3,
        ),
        Challenge(
            "One change that brings the large shop back within 15 seconds.",
            _helps_alone,
            "Whoever is let in is still there when the answer comes, and fills the cache.",
        ),
    ),
    "07.hot_key": (
        Challenge(
            "Copies, and no near cache: no node is asked for more than it can serve.",
            _served_by_copies,
            "Reads are spread, and each write now has as many deletes to make as there are copies.",
        ),
        Challenge(
            "As many reads as at first, half of them for one key, no copies: the same.",
            _served_without_copies,
            "The read that is never sent is the cheapest. Its answer is a little older.",
        ),
    ),
    "08.budget": (
        Challenge(
            "Without a retry: a time-out that sends the database half as many reads again.",
            _half_more,
            "It is the p99 of the cache, if 98 of 100 hit. Nothing is broken, and nobody is alarmed.",
        ),
        Challenge(
            "Fifty tries for one request, and neither service nor gateway tries more than three times.",
            _fifty_tries,
            "Each layer looks modest. Look at the wait, and at what a server that comes back would meet.",
        ),
    ),
    "08.breaker": (
        Challenge(
            "The server hangs, and at most eight customers wait in vain.",
            _few_wait,
            "Some must fail before it knows, and each probe is one more.",
        ),
        Challenge(
            "An illness that your breaker does not notice, while customers wait.",
            _unnoticed,
            "It counts failures. What comes late, or fails more rarely than its share, is none of them.",
        ),
        Challenge(
            "The slow server, noticed.",
            _slow_is_noticed,
            "To a breaker slow is what the time-out cuts off. No library's default does that for you.",
        ),
    ),
    "08.storm": (
        Challenge(
            "One change: a limit that brings the shop back within four seconds.",
            _a_limit_helps,
            "What may begin can end in time, and each row that is read is one miss less.",
        ),
        Challenge(
            "One change: a limit that is too large to help.",
            _a_limit_too_large,
            "More are let in than the database can do before it cancels them.",
        ),
        Challenge(
            "A limit of 30 or more that helps within five seconds, by one further change.",
            _a_large_limit_helps,
            "Limit ≤ time-out × capacity: with more time, more may be under way.",
        ),
    ),
    "10.limits": (
        Challenge(
            "Customers who stay below the limit, and a limiter that refuses half of their requests.",
            _polite_are_locked_out,
            "Each request of theirs pushes the end of the window away from them.",
        ),
        Challenge(
            "Twice the limit within a minute, let in by a limiter that counts each minute correctly.",
            _twice_the_limit,
            "Its minutes are the clock's. Yours began in the middle of one.",
        ),
        Challenge(
            "At random, twice the limit: a bucket that lets in hardly more than the limit in any minute.",
            _a_small_bucket,
            "A burst is not the limit. Fewer tokens bound it; the rate stays.",
        ),
    ),
    "11.shards": (
        Challenge(
            "So many shards that half of them could go, and the cluster would serve no less.",
            _twice_the_shards_for_nothing,
            "The shard with the hottest key is full of that key alone.",
        ),
        Challenge(
            "A skew of 0.99 or more, at most 12 nodes: serve 20 times what one node serves.",
            _twenty_with_twelve,
            "What never reaches the cluster makes room for the rest, and evens it out.",
        ),
    ),
    "09.alarm": (
        Challenge(
            "The rate falls: somebody is called within eight minutes, and nobody before.",
            _rings_in_time,
            "Several of several: one bad minute is no trouble, and a good one between bad ones no end of it.",
        ),
        Challenge(
            "The node dies: three ways to treat missing data under which nobody is called while it is gone.",
            _nobody_is_called,
            "A dead node has no hit rate. Only one rule takes its silence for what it is.",
            times=3,
        ),
        Challenge(
            "The node dies on a day with hours without a reader: it rings for the first, not for the second.",
            _dead_and_not_quiet,
            "By waiting longer than any quiet. To be sooner takes a metric that a node has without readers.",
        ),
    ),
    "09.bill": (
        Challenge(
            "A serverless cache that costs more for its requests than for its memory.",
            _requests_decide,
            "Small data that is asked for without a pause: a node is paid for the hour, however busy.",
        ),
        Challenge(
            "Nodes that cost less than what travels between the zones.",
            _zones_decide,
            "A client that reads in its own zone saves that line; AWS's GLIDE can.",
        ),
    ),
    "12.threads": (
        Challenge(
            "Sixteen threads, 150 customers a second or more: the site goes on.",
            _goes_on,
            "λT is below W. A breaker goes further: while it is open, T is nothing at all.",
        ),
        Challenge(
            "With redis-py's eleven tries, and 128 threads: it stands still all the same.",
            _more_threads_do_not_help,
            "More threads buy W / λ seconds, and no more.",
        ),
    ),
    "09.access": (
        Challenge(
            "The shop's GET and SET are allowed, and nothing reaches beyond its own keys.",
            _least_privilege,
            "A pattern limits what names keys. What looks at all of them has to be taken away by name.",
        ),
    ),
}
