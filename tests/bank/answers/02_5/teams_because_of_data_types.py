# verdict: incorrect
# says: engine_for\['shared'\]
# says: you defend it by “data types”

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "data types"),
}
