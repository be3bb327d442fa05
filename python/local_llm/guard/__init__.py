"""What may leave this machine, and what may be shown of what comes back."""
