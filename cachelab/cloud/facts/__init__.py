"""What AWS says of itself: engines, node types, parameters, prices, addresses. Tables, with their sources."""
