"""The mirrors of Docker Hub: where they are written down, whether they work, changing them."""
