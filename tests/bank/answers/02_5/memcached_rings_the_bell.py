# verdict: incorrect
# says: engine_for\['stock alerts'\]
# says: no publish and subscribe

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Memcached", "messages"),
    "shared": ("Valkey", "access"),
}
