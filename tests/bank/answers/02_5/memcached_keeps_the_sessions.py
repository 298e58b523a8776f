# verdict: incorrect
# says: engine_for\['sessions'\]
# says: has no replica

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Memcached", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
