"""A year of invented papers, told by `classes.csv` and `story.toml` and played through the gateway as its people would."""
