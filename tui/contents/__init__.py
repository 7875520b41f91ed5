"""What is in an image: which source tells the files of its layers, and reading from it."""
