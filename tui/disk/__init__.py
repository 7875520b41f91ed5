"""Where the bytes are, and what deleting really frees: accounting, plan, receipt."""
