"""Real models at work: dialogues with the exact teacher, builds of them, evaluations."""
