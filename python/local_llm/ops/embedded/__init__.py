"""The embedded backend: llama.cpp in a process of its own, shared by every editor of a user.

An editor keeps one connection to the supervisor (client.py); the supervisor (supervisor.py) keeps
one server process a model (server.py) and ends with its last connection. Each is a separate
process, so that a crash of llama.cpp or of an editor takes nobody else along.
"""
