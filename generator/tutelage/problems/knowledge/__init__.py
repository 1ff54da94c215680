"""What people know, and how a statement alludes to a number by way of it; for the families of all domains."""
