"""Self-play without a model: a pool of students that learn from each other's votes, and who sets them problems."""
