"""The conversation: a teacher who holds privileged information, a student who sees only what was said, a referee."""
