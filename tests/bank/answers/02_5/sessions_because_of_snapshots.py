# verdict: incorrect
# says: you defend it by “restart”
# says: Valkey is right

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "restart"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
