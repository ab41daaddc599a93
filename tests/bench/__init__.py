"""`python -m tests.bench`: what the platform's program costs beside the least that such a program can cost."""
