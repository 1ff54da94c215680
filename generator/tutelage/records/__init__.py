"""Rows: an episode as a record and as columns, and the views that trainers read."""
