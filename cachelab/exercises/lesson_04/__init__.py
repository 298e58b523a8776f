"""Lesson 04, cache-aside: from one round trip on a hit to pages that are forgotten with one delete."""
