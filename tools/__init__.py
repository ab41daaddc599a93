"""What people and pipelines run around the program: set-up, shape rules, measurements."""
