# verdict: incorrect
# says: it is 'Valkey'
# says: an engine and a row

engine_for = {
    "game": "Valkey",
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
