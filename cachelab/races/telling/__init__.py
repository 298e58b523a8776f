"""What an exploration found, told to people: facts first, and sentences made from them."""
