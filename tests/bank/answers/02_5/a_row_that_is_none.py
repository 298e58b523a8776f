# verdict: incorrect
# says: the row is 'speed'
# says: data types

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "speed"),
}
