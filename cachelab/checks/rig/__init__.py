"""The lab that answers run in: a cache, a database and an account that write down what is done to them."""
