"""The wire dialects of local model servers: requests to bytes, bytes to events; no I/O."""
