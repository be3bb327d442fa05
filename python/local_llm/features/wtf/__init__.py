"""What a diagnostic means, and how it is mended."""
