"""How the served app bears being killed, stopped and asked for too much, by commands."""
