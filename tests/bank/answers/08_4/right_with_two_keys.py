# verdict: correct

import queue


def limited():
    tickets = queue.Queue()
    for number in range(4):
        tickets.put(number)

    def get_item(item, cache, db):
        fresh, page = cache.mget(f"fresh:{item}", f"page:{item}")
        if fresh and page:
            return page
        try:
            ticket = tickets.get_nowait()
        except queue.Empty:
            if page:
                return page
            raise RuntimeError("no room") from None
        try:
            new = db.read(item)
            cache.set(f"page:{item}", new, px=59_900)
            cache.set(f"fresh:{item}", "1", px=9_900)
            return new
        except Exception:
            if page:
                return page
            raise
        finally:
            tickets.put(ticket)

    return get_item
