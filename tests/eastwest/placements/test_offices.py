"""Two offices at their worst, whose references clash, and one that tells the same in order: each one's ledger is the system's, and all come to the same.
`tests/drill/test_offices.py` does it to a whole system, at length and with kills in between."""

from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, placed
from tests.eastwest.office import NOW, of_placements

PEOPLE = 12


async def test_whatever_an_office_does_both_ledgers_are_equal_and_so_are_the_verdicts(eastwest: Service, others: Neighbours) -> None:
    people = [others.person(n) for n in range(PEOPLE)]
    verdicts = []
    for name in ("calm", "one", "another"):
        client = eastwest.as_("partner", at=NOW, subject=name)
        placement_ids = [(await placed(client, who))["id"] for who in people]
        office = of_placements(client, placement_ids, name)
        await (office.tell_in_order() if name == "calm" else office.tell_at_its_worst())
        await office.holds_what_the_system_holds()
        assert name == "calm" or office.lost > 0
        verdicts.append(await office.verdicts(placement_ids))
    assert verdicts[0] == verdicts[1] == verdicts[2]
    assert {each for row in verdicts[0] for each in row} >= {"met", "on_track", "unproven", "broken"}
