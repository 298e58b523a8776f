# verdict: incorrect
# says: the engine is 'Redis'
# says: 'Valkey' or 'Memcached'

engine_for = {
    "game": ("Redis", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
