-- The shop's data. Nothing here is random: chance(n, k) is a hash of its arguments, so that every build on
-- every machine holds the same rows. %(users)s, %(products)s and %(orders)s are the sizes asked for.

-- step: chances
CREATE FUNCTION chance(n bigint, k bigint) RETURNS double precision    -- uniform in [0, 1)
    IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN (hashint8extended(n, k) & 9007199254740991) / 9007199254740992.0::double precision;

CREATE FUNCTION pick(words text[], n bigint, k bigint) RETURNS text
    IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN words[1 + floor(chance(n, k) * cardinality(words))::int];

-- Ranks 1..size with P(rank) falling as 1/rank^s, by inverting the distribution function of the continuous
-- power law; stride, a prime that does not divide size, scatters the popular ranks over the identifiers.
CREATE FUNCTION popular(size int, s double precision, stride bigint, n bigint, k bigint) RETURNS int
    IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN 1 + mod(
        stride * floor(power(1 + (power(size + 1, 1 - s) - 1) * chance(n, k), 1 / (1 - s)))::bigint,
        size)::int;

-- step: users
INSERT INTO users
SELECT n,
       translate(lower(first || '.' || last), 'áãçèéêëíñóöøúüćńşı', 'aaceeeeinooouucnsi') || n
           || '@example.com',
       first || ' ' || last,
       1 + floor(180 * chance(n, 3) ^ 2)::int || ' ' || pick(streets, n, 4),
       lpad(floor(100000 * chance(n, 5))::text, 5, '0'),
       left(place, -3),
       right(place, 2),
       chance(n, 7) < 0.4,
       floor(2000 * chance(n, 8) ^ 4)::int,
       timestamptz '2019-01-01 00:00+00'
           + interval '1 second' * floor((n - chance(n, 9)) * 173000000 / %(users)s)
FROM words,
     generate_series(1, %(users)s) AS n,
     LATERAL (SELECT pick(first_names, n, 1) AS first,
                     pick(last_names, n, 2) AS last,
                     pick(cities, n, 6) AS place);

-- step: products
INSERT INTO products
SELECT n, name, category,
       name || '. ' || pick(details, n, 12) || ' ' || pick(promises, n, 13),
       greatest(2, round(typical_price * (0.4 + 1.4 * chance(n, 15) ^ 2)::numeric)) - 0.01,
       floor(400 * chance(n, 16) ^ 3)::int,
       timestamptz '2021-01-01 00:00+00' + interval '1 second' * floor(chance(n, 17) * 110000000)
FROM words,
     generate_series(1, %(products)s) AS n,
     -- 12 categories x 12 things x 20 adjectives x 16 colours; in steps of a prime no name comes up twice
     LATERAL (SELECT mod(n * 7919::bigint, 46080)::int AS code) AS c,
     LATERAL (SELECT category, typical_price, things[1 + mod(code / 12, 12)] AS thing
              FROM catalogue ORDER BY category OFFSET mod(code, 12) LIMIT 1) AS kind,
     LATERAL (SELECT adjectives[1 + mod(code / 144, 20)] || ' ' || thing || ', '
                         || colours[1 + code / 2880] AS name) AS named;

-- step: orders
-- Two years of orders, more of them each month; a customer's share falls with the square root of their rank.
INSERT INTO orders
SELECT n,
       popular(%(users)s, 0.5, 61813, n, 21),
       CASE WHEN n > %(orders)s * 0.995 THEN 'paid'
            WHEN n > %(orders)s * 0.985 THEN 'shipped'
            WHEN chance(n, 22) < 0.03 THEN 'returned'
            ELSE 'delivered' END,
       date_trunc('second', timestamptz '2026-07-01 00:00+00'
                            - interval '730 days' * (1 - power((n - chance(n, 23)) / %(orders)s, 0.6)))
FROM generate_series(1, %(orders)s) AS n;

-- step: order lines
-- One to eight products an order. The most popular hundredth of the products gets a good third of the lines.
INSERT INTO order_lines
SELECT order_id, product_id,
       CASE WHEN chance(line, 33) < 0.85 THEN 1 ELSE 2 + floor(3 * chance(line, 34) ^ 2)::int END,
       greatest(0.99, round(price * (0.9 + 0.1 * order_id / %(orders)s), 2))
FROM (SELECT DISTINCT order_id,
             popular(%(products)s, 0.9, 6197, order_id * 10::bigint + line, 32) AS product_id
      FROM orders,
           LATERAL (SELECT chance(order_id, 31) AS u),
           LATERAL generate_series(1, CASE WHEN u < 0.33 THEN 1 WHEN u < 0.58 THEN 2 WHEN u < 0.75 THEN 3
                                           WHEN u < 0.87 THEN 4 WHEN u < 0.95 THEN 5 ELSE 8 END) AS line
     ) AS chosen
     JOIN products USING (product_id),
     LATERAL (SELECT order_id * 100000::bigint + product_id AS line)
ORDER BY order_id, product_id;

-- step: reviews
-- One purchase in ten is reviewed, within two months; a customer reviews a product once.
INSERT INTO reviews
SELECT row_number() OVER (ORDER BY written, product_id, user_id), product_id, user_id, rating,
       CASE WHEN rating <= 2 THEN pick(bad_titles, line, 44) WHEN rating = 3 THEN pick(fair_titles, line, 44)
            ELSE pick(good_titles, line, 44) END,
       pick(remarks, line, 45) || ' ' || pick(afterthoughts, line, 46),
       written
FROM words,
     (SELECT DISTINCT ON (user_id, product_id) product_id, user_id, line,
             -- each product has a quality of its own, so that averages differ
             least(5, round(1.2 + 2.2 * chance(product_id, 42) + 3.2 * chance(line, 43)))::int AS rating,
             date_trunc('second', ordered_at + interval '60 days' * chance(line, 47)) AS written
      FROM order_lines JOIN orders USING (order_id),
           LATERAL (SELECT order_id * 100000::bigint + product_id AS line)
      WHERE chance(line, 41) < 0.1
      ORDER BY user_id, product_id, order_id) AS reviewed
WHERE written < timestamptz '2026-07-01 00:00+00'   -- the shop's today
ORDER BY written, product_id, user_id;

-- step: clearing up
DROP TABLE words, catalogue;
DROP FUNCTION popular, pick, chance;
