"""What happens at the doors and who did it, each incident once and in order."""
