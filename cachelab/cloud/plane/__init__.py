"""The data plane: the engine processes behind the account, and the addresses that reach them."""
