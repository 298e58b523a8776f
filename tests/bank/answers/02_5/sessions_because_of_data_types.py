# verdict: incorrect
# says: engine_for\['sessions'\]
# says: you defend it by “data types”

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "data types"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
