"""The sample application: an online shop, its PostgreSQL database and the queries it sends there.

from cachelab import shop
db = shop.connect()                 # the shop on this host; the first time on a machine it is built
db.get_user(42)
db.product_page(7)
db.queries                          # how many queries that took
far = shop.connect("other zone")    # the same shop behind a network
print(far.distance)                 # other zone · 1.00 ms added (assumed) · empty round trip 1.13 ms at best
shop.server().kill()                # from here on, psycopg.OperationalError; .restart() ends that
"""

from .distance import ROUND_TRIPS, Distance, DistantEngine, at_distance
from .postgres import MAX_CONNECTIONS, server, start, template
from .queries import UPDATABLE, Database

__all__ = [
    "MAX_CONNECTIONS",
    "ROUND_TRIPS",
    "UPDATABLE",
    "Database",
    "Distance",
    "DistantEngine",
    "at_distance",
    "connect",
    "server",
    "start",
    "template",
]


def connect(distance: str | None = None) -> Database:
    """A new connection to this kernel's shop, with the network of that distance in front of it.

    `distance`: "same host" (or None: nothing is added), "same zone" or "other zone". Each connection takes
    one of the server's slots (MAX_CONNECTIONS) until it is closed. Raises psycopg.OperationalError if none is
    left, EngineError if the server cannot be started.
    """
    return Database(at_distance(server(), distance))
