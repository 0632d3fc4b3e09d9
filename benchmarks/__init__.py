"""Benchmarks: OpenTrusty measured as whole processes under load; `python -m benchmarks --help`.

Each scenario runs one server process (`opentrusty serve auth`, one worker) on a durable database, sends it requests
from wrk over 16 loopback connections, and reads from /proc what the server and PostgreSQL spent. What matters is CPU
time for an operation: unlike requests a second, it does not depend on what else the machine does meanwhile.
docs/performance.md says how to read the figures.

An operation is what a person or program wants done. Where that takes several requests (the code flow, a sign-in), a Lua
script keeps a queue of follow-ups: an answer holds what its next request needs (a code, a refresh token, an
interaction's handle with its form), so whichever connection is free sends it, and an operation counts only when its
last answer is the right one.
"""
