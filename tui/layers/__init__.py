"""What an image is made of: chain IDs, the steps that made its layers, who shares them."""
