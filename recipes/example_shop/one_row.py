"""The shop's requests as the race explorer wants them: its cache, and its one row behind sqlite3's calls."""

from app import create_app


class Connection:
    """As much of a sqlite3.Connection as app.py uses: an UPDATE begins a transaction, until commit()."""

    def __init__(self, db):
        self.db, self.transaction = db, None

    def execute(self, sql, given):
        match sql.split()[0]:
            case "SELECT":
                self.row = (self.db.read(),)
            case "UPDATE":
                if self.transaction is None:
                    self.transaction = self.db.transaction()
                    self.transaction.__enter__()
                self.db.write()  # the explorer's next value, whatever is given
            case other:
                raise NotImplementedError(f"{other}: teach it to {__file__}")
        return self

    def fetchone(self):
        return self.row

    def commit(self):
        self._end(None, None, None)

    def rollback(self):
        self._end(Exception, None, None)

    close = rollback

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._end(*error)

    def _end(self, *error):
        transaction, self.transaction = self.transaction, None
        if transaction is not None:
            transaction.__exit__(*error)


def client(cache, db, *functions):
    """Flask's client of the shop, with other functions for get_user and move_user if they are given."""
    app = create_app(cache, lambda: Connection(db), *functions)
    app.testing = True  # exceptions come through
    return app.test_client()


def reader(cache, db):
    return client(cache, db).get("/users/1").json["city"]


def writer(cache, db):
    client(cache, db).post("/users/1/city", data="Lima")
