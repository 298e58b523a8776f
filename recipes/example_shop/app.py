"""A small shop of Flask, sqlite3 and redis-py. Its delete stands inside its transaction: see ../README.md."""

import json

import flask


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    stored = cache.get(key)
    if stored is not None:
        return json.loads(stored)
    row = db.execute("SELECT city FROM users WHERE id = ?", [user_id]).fetchone()
    user = row and {"city": row[0]}
    cache.set(key, json.dumps(user), ex=300)
    return user


def move_user(user_id, city, cache, db):
    with db:  # sqlite3 commits at its end
        db.execute("UPDATE users SET city = ? WHERE id = ?", [city, user_id])
        cache.delete(f"user:{user_id}")


def create_app(cache, connect, get_user=get_user, move_user=move_user):
    """`connect()` gives each request its connection; `cache` is what the two functions get as such."""
    app = flask.Flask(__name__)

    @app.before_request
    def connected():
        flask.g.db = connect()

    @app.teardown_request
    def closed(error):
        flask.g.db.close()

    @app.get("/users/<int:user_id>")
    def show(user_id):
        return get_user(user_id, cache, flask.g.db) or ("no such user", 404)

    @app.post("/users/<int:user_id>/city")
    def move(user_id):
        move_user(user_id, flask.request.get_data(as_text=True), cache, flask.g.db)
        return "", 204

    return app
