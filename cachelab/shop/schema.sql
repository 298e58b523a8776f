-- The shop's tables. Keys and indexes follow the data (indexes.sql): building an index once over
-- 500,000 rows is several times faster than extending it 500,000 times.

CREATE TABLE users (
    user_id        integer       NOT NULL,
    email          text          NOT NULL,
    name           text          NOT NULL,
    street         text          NOT NULL,
    postcode       text          NOT NULL,
    city           text          NOT NULL,
    country        char(2)       NOT NULL,
    newsletter     boolean       NOT NULL,
    loyalty_points integer       NOT NULL,
    created_at     timestamptz   NOT NULL
);

CREATE TABLE products (
    product_id     integer       NOT NULL,
    name           text          NOT NULL,
    category       text          NOT NULL,
    description    text          NOT NULL,
    price          numeric(8, 2) NOT NULL CHECK (price > 0),
    stock          integer       NOT NULL,
    created_at     timestamptz   NOT NULL
);

CREATE TABLE orders (
    order_id       integer       NOT NULL,
    user_id        integer       NOT NULL,
    status         text          NOT NULL,
    ordered_at     timestamptz   NOT NULL
);

CREATE TABLE order_lines (
    order_id       integer       NOT NULL,
    product_id     integer       NOT NULL,
    quantity       smallint      NOT NULL CHECK (quantity > 0),
    unit_price     numeric(8, 2) NOT NULL   -- what the customer paid that day, not today's price
);

CREATE TABLE reviews (
    review_id      integer       NOT NULL,
    product_id     integer       NOT NULL,
    user_id        integer       NOT NULL,
    rating         smallint      NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title          text          NOT NULL,
    body           text          NOT NULL,
    created_at     timestamptz   NOT NULL
);
