"""What is known of a lock, and how old it is."""
