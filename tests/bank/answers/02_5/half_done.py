# verdict: not attempted
# says: no choice for 'sessions' yet

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ...,
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
