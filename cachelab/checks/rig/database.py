"""A database for checks: it answers like the shop's, in memory, counts, and can be made to say anything.

The shop itself would do, but a check needs rows a learner cannot have seen, users who appear between two
calls, an empty category, and a database that is down, and it needs them in microseconds. tests/engines
compares its methods, their parameters and the types in their rows with the real shop's.
"""

import copy
import operator
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

try:
    from psycopg import OperationalError
except ImportError:  # a browser has no psycopg, and an answer gets its error all the same

    class OperationalError(Exception):
        pass


_FIRST = ("Zoë", "Ada", "Søren", "José", "Mei", "Ayşe", "Linus", "Thérèse", "Radia", "Kofi")
_LAST = ("Wójcik", "García", "Nguyen", "O'Brien", "Müller", "Çelik", "Sato", "Ibrahim", "Lindqvist", "Wu")
_CITIES = (("Kraków", "PL"), ("Zürich", "CH"), ("Malmö", "SE"), ("Lisbon", "PT"), ("Montréal", "CA"))
_THINGS = ("Desk lamp", "Tea kettle", "Bike bell", "Notebook", "Wool blanket", "Chess set")


class Database:
    """`get_user`, `order_history` and `top_products` as in cachelab.shop, on made-up rows."""

    def __init__(self, log):
        self._log = log
        self._random = random.SystemRandom()  # other rows on every check: an answer cannot know them by heart
        self._given: set[int] = set()
        self._users: dict[int, dict] = {}
        self._orders: dict[int, list[dict]] = {}
        self._sales: dict[str, list[dict]] = {}
        self.down = False

    # what the learner's code calls

    @property
    def queries(self) -> int:
        return len(self._log.loads)

    def get_user(self, user_id):
        _whole(user_id=user_id)
        with self._query("get_user", user_id) as step:
            step.reply = copy.deepcopy(self._users.get(user_id))
        return step.reply

    def order_history(self, user_id, page=1, per_page=20):
        _whole(user_id=user_id, page=page, per_page=per_page)
        with self._query("order_history", user_id, page=page, per_page=per_page) as step:
            step.reply = copy.deepcopy(self._orders.get(user_id, [])[(page - 1) * per_page : page * per_page])
        return step.reply

    def top_products(self, days=90, category=None, limit=10):
        _whole(days=days, limit=limit)
        with self._query("top_products", days=days, category=category, limit=limit) as step:
            rows = [row for name, rows in self._sales.items() for row in rows if category in (None, name)]
            step.reply = copy.deepcopy(sorted(rows, key=lambda row: -row["revenue"])[:limit])
        return step.reply

    def __getattr__(self, name):
        known = "get_user, order_history and top_products"
        raise AttributeError(f"the shop's database has no {name!r} here; it has {known}")

    def _query(self, name, /, *args, **named):
        return self._log.query(name, args, named, self)

    # what a check does with it

    def new_user(self, user_id: int | None = None, **fields) -> dict:
        """A user nobody has seen before; a copy of the row."""
        user_id = user_id or self.new_id()
        city, country = self._random.choice(_CITIES)
        row = {
            "user_id": user_id,
            "email": f"{self._random.randrange(10**9)}@shop.example",
            "name": f"{self._random.choice(_FIRST)} {self._random.choice(_LAST)}",
            "street": f"{self._random.randrange(1, 200)} Canal Street",
            "postcode": f"{self._random.randrange(10**5):05}",
            "city": city,
            "country": country,
            "newsletter": False,
            "loyalty_points": 0,
            "created_at": self._moment(),
        }
        if len(self._users) % 2:  # what real data has, and a clever answer may trip over
            row |= {"name": "2024-05-17", "created_at": row["created_at"].replace(microsecond=0)}
        self._users[user_id] = row | fields
        return copy.deepcopy(self._users[user_id])

    def new_id(self) -> int:
        """One that no user has, and that is given to nobody else."""
        while (new := self._random.randrange(10_000, 90_000)) in self._given or new in self._users:
            pass
        self._given.add(new)
        return new

    def change_user(self, user_id: int, **fields) -> dict:
        """Somebody else's update: not counted, not logged."""
        self._users[user_id].update(fields)
        return copy.deepcopy(self._users[user_id])

    def new_orders(self, user_id: int, count: int) -> None:
        """Give a user so many orders, newest first, before any they have."""
        for _ in range(count):
            order = {
                "order_id": self._random.randrange(10**6),
                "ordered_at": self._moment(),
                "status": "shipped",
                "items": self._random.randrange(1, 6),
                "total": self._money(),
                "products": self._random.sample(_THINGS, 2),
            }
            self._orders.setdefault(user_id, []).insert(0, order)

    def new_sales(self, category: str, count: int) -> None:
        """Replace what a category has sold by so many made-up products."""
        self._sales[category] = [
            {
                "product_id": self._random.randrange(10_000),
                "name": f"{self._random.choice(_THINGS)} No. {self._random.randrange(1000)}",
                "category": category,
                "orders": self._random.randrange(1, 500),
                "customers": self._random.randrange(1, 400),
                "units": self._random.randrange(1, 900),
                "revenue": self._money(),
            }
            for _ in range(count)
        ]
        if count:  # what real data has, and a clever answer may trip over
            self._sales[category][0] |= {"name": "12.50", "revenue": Decimal("123456789.10")}

    def _moment(self) -> datetime:
        """To the microsecond, in UTC, as psycopg reads a timestamptz."""
        return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(microseconds=self._random.randrange(6 * 10**13))

    def _money(self) -> Decimal:
        return Decimal(self._random.randrange(100, 10**6)) / 100 + Decimal("0.00")

    def __repr__(self):
        return "db"


def _whole(**numbers) -> None:
    """The shop refuses what is not a whole number, and so does this."""
    for name, value in numbers.items():
        try:
            operator.index(value)
        except TypeError:
            raise TypeError(f"{name}={value!r}: a whole number is asked for, such as {name}=42") from None


def refuse():
    """What psycopg raises when the server has gone."""
    raise OperationalError("connection to server failed: Connection refused. Is the server running?")
