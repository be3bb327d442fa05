"""Counting tokens (exactly where that can be had) and deciding what fits into a prompt."""
