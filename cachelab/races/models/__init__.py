"""The servers: small models to explore, and the real ones to hold them against."""
