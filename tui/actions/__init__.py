"""The verbs: values (what), catalogue (when offered), handlers (how), dispatcher (one loop)."""
