# verdict: correct

engine_for = {
    "game": ("Valkey", "data types"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "copies"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
