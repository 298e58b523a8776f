# verdict: incorrect
# says: engine_for\['fragments'\]
# says: it is Valkey
# says: What does the site ask for

engine_for = {
    "game": ("Valkey", "updates"),
    "fragments": ("Valkey", "threads"),
    "sessions": ("Valkey", "lost node"),
    "stock alerts": ("Valkey", "messages"),
    "shared": ("Valkey", "access"),
}
