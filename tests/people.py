"""Invented people, as many as a test wants: the demonstration's."""

from deploy.demo.people import id_number, name, trainee, with_check

__all__ = ["id_number", "name", "trainee", "with_check"]
