-- The keys and indexes an ordinary shop has, one step of the build each.

-- step: keys for the users
ALTER TABLE users ADD PRIMARY KEY (user_id);
CREATE UNIQUE INDEX users_email ON users (email);

-- step: keys for the products
ALTER TABLE products ADD PRIMARY KEY (product_id);
CREATE INDEX products_category ON products (category);

-- step: keys for the orders
ALTER TABLE orders ADD PRIMARY KEY (order_id);
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
CREATE INDEX orders_user ON orders (user_id, ordered_at DESC);
CREATE INDEX orders_time ON orders (ordered_at);

-- step: keys for the order lines
ALTER TABLE order_lines ADD PRIMARY KEY (order_id, product_id);
ALTER TABLE order_lines ADD FOREIGN KEY (order_id) REFERENCES orders;
ALTER TABLE order_lines ADD FOREIGN KEY (product_id) REFERENCES products;
CREATE INDEX order_lines_product ON order_lines (product_id, order_id);

-- step: keys for the reviews
ALTER TABLE reviews ADD PRIMARY KEY (review_id);
ALTER TABLE reviews ADD FOREIGN KEY (product_id) REFERENCES products;
ALTER TABLE reviews ADD FOREIGN KEY (user_id) REFERENCES users;
CREATE INDEX reviews_product ON reviews (product_id, created_at DESC);
