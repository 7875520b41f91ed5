"""One frozen State, changed by `reduce` alone; selectors make rows and totals of it."""
