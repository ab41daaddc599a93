"""Proof that the tests bite: break the components one way at a time and see that a test goes red."""
