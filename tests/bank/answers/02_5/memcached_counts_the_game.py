# verdict: incorrect
# says: engine_for\['game'\]
# says: it is Memcached
# says: a loop that you write

engine_for = {
    "game": ("Memcached", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
