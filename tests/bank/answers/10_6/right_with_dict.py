# verdict: correct

structure = dict(typing="pub/sub", thumbnails="stream", session="hash", limit="counter", active="bitmap")
structure |= {"visitors": "HyperLogLog", "place": "sorted set", "last seat": "row"}
