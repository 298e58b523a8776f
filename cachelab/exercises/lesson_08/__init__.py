"""Lesson 08, outages and failover: answers meet caches that hang, die, lag and come back, in virtual time."""
