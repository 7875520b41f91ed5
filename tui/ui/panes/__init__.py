"""The four panes: each shows one slice of the state as a list, and decides nothing."""
