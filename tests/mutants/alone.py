"""One defect that only an import plants: `python -m tests.mutants.alone services/…/policy.py 12 tests/…` ends like pytest."""

import sys

import pytest

from tests.mutants import planting
from tests.mutants.__main__ import HOW, Planter


class Alone:
    pytest_collection_modifyitems = staticmethod(Planter.pytest_collection_modifyitems)


if __name__ == "__main__":
    planting.import_planted(sys.argv[1], int(sys.argv[2]))
    sys.exit(pytest.main([*HOW, *sys.argv[3:]], [Alone()]))
