"""The screens: the main one wires panes, keys and store; the others ask or show one thing."""
