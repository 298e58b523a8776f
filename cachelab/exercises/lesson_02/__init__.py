"""Lesson 02, Redis or Memcached: a leaderboard in each, a pool that grows, a vendor's table, five systems."""
