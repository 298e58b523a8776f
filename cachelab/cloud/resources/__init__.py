"""What exists: each kind of thing as data that knows how AWS would describe it."""
