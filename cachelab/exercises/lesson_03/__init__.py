"""Lesson 03, provision with boto3: a cache to a list of requirements, a waiter, a password, a clean end."""
