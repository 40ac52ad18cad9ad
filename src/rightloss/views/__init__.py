"""The three front ends: labels, live models, source code. Each reads facts; none has opinions."""
