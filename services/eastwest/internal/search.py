"""What a search finds here: orders, by number or employer."""

from services.eastwest.orders.tables import Order
from services.eastwest.orders.visibility import READERS, rows
from shared import search

router = search.router(
    search.Papers(
        "order",
        "orders",
        READERS,
        rows,
        Order.id,
        Order.employer_name,
        search.one_of(Order.number, Order.employer_uscc),
        [Order.number, Order.employer_name],
        Order.external_refs,
        number=Order.number,
    )
)
