# verdict: incorrect
# says: the row is \['updates', 'data types'\]
# says: a row of your table

engine_for = {
    "game": ("Valkey", ["updates", "data types"]),
    "fragments": ("Memcached", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
