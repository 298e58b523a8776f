# verdict: incorrect
# says: engine_for\['shared'\]
# says: no passwords

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Memcached", "access"),
}
