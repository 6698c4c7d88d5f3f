"""How the system is put on a machine: the embedded database, the whole stack as child processes, one command to run it."""
