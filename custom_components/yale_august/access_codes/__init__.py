"""Access codes in Home Assistant: kept, sent, shown and told of."""
