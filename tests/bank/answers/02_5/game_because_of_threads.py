# verdict: incorrect
# says: you defend it by “threads”

engine_for = {
    "game": ("Valkey", "threads"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
