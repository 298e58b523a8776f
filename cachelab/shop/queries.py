"""The queries of the application: what the cache in front of this database will have to stand in for."""

import operator
from decimal import Decimal, InvalidOperation

from .database import Session

UPDATABLE = ("email", "name", "street", "postcode", "city", "country", "newsletter", "loyalty_points")


class Database(Session):
    """The shop's database as the application sees it.

    Rows come back as dicts of plain Python values. Money is a Decimal and a point in time a datetime, as
    psycopg reads them; json.dumps accepts neither.
    """

    def get_user(self, user_id: int) -> dict | None:
        """One user by primary key, or None."""
        return self.row(
            """
            SELECT user_id, email, name, street, postcode, city, country,
                   newsletter, loyalty_points, created_at
            FROM users
            WHERE user_id = %s
            """,
            [_whole("user_id", user_id)],
        )

    def product_page(self, product_id: int) -> dict | None:
        """Everything a product's page shows, or None if there is no such product. Four queries in a row."""
        product = self.row(
            """
            SELECT product_id, name, category, description, price, stock
            FROM products
            WHERE product_id = %s
            """,
            [_whole("product_id", product_id)],
        )
        if product is None:
            return None
        rating = self.row(
            """
            SELECT count(*) AS reviews, round(avg(rating), 2)::float AS rating
            FROM reviews
            WHERE product_id = %s
            """,
            [product_id],
        )
        latest_reviews = self.rows(
            """
            SELECT rating, title, body, users.name AS reviewer, reviews.created_at
            FROM reviews JOIN users USING (user_id)
            WHERE product_id = %s
            ORDER BY reviews.created_at DESC, review_id DESC
            LIMIT 3
            """,
            [product_id],
        )
        also_bought = self.rows(
            """
            WITH baskets AS (
                SELECT order_id
                FROM order_lines
                WHERE product_id = %(product_id)s
                ORDER BY order_id DESC
                LIMIT 200
            )
            SELECT products.product_id, name, price, count(*) AS times
            FROM baskets JOIN order_lines USING (order_id) JOIN products USING (product_id)
            WHERE product_id <> %(product_id)s
            GROUP BY products.product_id
            ORDER BY times DESC, products.product_id
            LIMIT 4
            """,
            {"product_id": product_id},
        )
        return {**product, **rating, "latest_reviews": latest_reviews, "also_bought": also_bought}

    def order_history(self, user_id: int, page: int = 1, per_page: int = 20) -> list[dict]:
        """A page of a user's orders, newest first, with what was in them and what they cost."""
        per_page = _positive("per_page", per_page)
        return self.rows(
            """
            SELECT order_id, ordered_at, status,
                   sum(quantity) AS items,
                   sum(quantity * unit_price) AS total,
                   array_agg(products.name ORDER BY product_id) AS products
            FROM (SELECT *
                  FROM orders
                  WHERE user_id = %s
                  ORDER BY ordered_at DESC, order_id DESC
                  LIMIT %s OFFSET %s) AS page
                 JOIN order_lines USING (order_id)
                 JOIN products USING (product_id)
            GROUP BY order_id, ordered_at, status
            ORDER BY ordered_at DESC, order_id DESC
            """,
            [_whole("user_id", user_id), per_page, (_positive("page", page) - 1) * per_page],
        )

    def top_products(self, days: int = 90, category: str | None = None, limit: int = 10) -> list[dict]:
        """The products that earned most in the last `days` days, counted back from the shop's newest order.

        Reads every order of that time with all its lines: there is no index for this question.
        """
        return self.rows(
            """
            SELECT products.product_id, products.name, category,
                   count(*) AS orders,
                   count(DISTINCT user_id) AS customers,
                   sum(quantity) AS units,
                   sum(quantity * unit_price) AS revenue
            FROM orders JOIN order_lines USING (order_id) JOIN products USING (product_id)
            WHERE ordered_at > (SELECT max(ordered_at) FROM orders) - %(days)s * interval '1 day'
              AND (%(category)s::text IS NULL OR category = %(category)s)
            GROUP BY products.product_id
            ORDER BY revenue DESC, products.product_id
            LIMIT %(limit)s
            """,
            {"days": _positive("days", days), "category": category, "limit": _positive("limit", limit)},
        )

    def update_user(self, user_id: int, **fields) -> dict | None:
        """Change some columns of a user; return the row as it is now, or None if there is no such user."""
        unknown = sorted(set(fields) - set(UPDATABLE))
        if unknown or not fields:
            problem = f"{', '.join(unknown)} cannot be changed" if unknown else "no column was named"
            raise ValueError(f"{problem}: update_user(user_id, column=value) takes {', '.join(UPDATABLE)}")
        from psycopg import sql  # here: a browser has no psycopg

        statement = sql.SQL("UPDATE users SET {} WHERE user_id = {} RETURNING *").format(
            sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in fields
            ),
            sql.Placeholder("user_id"),
        )
        return self.row(statement, {**fields, "user_id": _whole("user_id", user_id)})

    def change_price(self, product_id: int, price: Decimal | int | str | float) -> dict | None:
        """Set a product's price; return the product as it is now, or None if there is no such product."""
        try:
            amount = Decimal(str(price))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not (amount.is_finite() and 0 < amount < 1_000_000 and amount == round(amount, 2)):
            raise ValueError(f"price={price!r}: must lie between 0 and 1000000, with at most two decimals")
        return self.row(
            """
            UPDATE products
            SET price = %s
            WHERE product_id = %s
            RETURNING product_id, name, category, description, price, stock
            """,
            [amount, _whole("product_id", product_id)],
        )


def _whole(name: str, value: int) -> int:
    """A whole number, whatever library's integer it is."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r}: must be a whole number, such as {name}=42") from None


def _positive(name: str, value: int) -> int:
    number = _whole(name, value)
    if number < 1:
        raise ValueError(f"{name}={value!r}: must be 1 or more")
    return number
