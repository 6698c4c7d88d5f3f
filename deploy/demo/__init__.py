"""The main job played for a person to watch: `make demo`."""
