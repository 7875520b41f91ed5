"""What registries and Docker Hub have, by the best way there is: searches, tags, newer images."""
