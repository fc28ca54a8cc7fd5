"""The opt-in channel by which the cloud posts what happens."""
