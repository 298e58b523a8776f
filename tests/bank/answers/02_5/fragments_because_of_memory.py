# verdict: incorrect
# says: Memcached is right
# says: you defend it by “memory”

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "memory"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
