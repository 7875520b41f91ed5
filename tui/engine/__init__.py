"""The gate to the Docker Engine: the only package that imports docker and requests.

What a start needs before the first paint (`endpoint`, `errors`, `early`, `wire`)
is written with the standard library alone; `client`, `transport` and the modules
of the resources load docker and are imported from worker threads only.
"""
