"""Lesson 09, watch, pay, secure: alarms and metrics on paper, access strings on a real server."""
