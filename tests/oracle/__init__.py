"""What tests lean on: brute force, comparers, drills and programs that behave badly."""
