"""The exercises of lesson 11, when one node is not enough."""
