"""Access codes: what is wished, what the cloud lists, and the way between; pure logic without input and output."""
