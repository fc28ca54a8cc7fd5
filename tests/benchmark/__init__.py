"""Our integration beside Home Assistant's own `yale`, measured: scripts/benchmark.

`__main__` is the command line, `course` says which runs there are, `laps` makes
them, `figures` turns them into one object, `table` into text. A run is a process
of its own (`subject`): it boots a small Home Assistant (`house`), sets up one of
the two systems (`systems`) and does what it is told (`tasks`). The simulated cloud
is a further process (`cloud`).
"""
