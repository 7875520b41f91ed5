"""One frozen value per verb, by what it is about; each knows the docker command it equals."""
