"""Request loads and what a cache makes of them: fast models, small enough to read."""
