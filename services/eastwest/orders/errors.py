"""What cannot be done with an order, each with its permanent code."""

from shared import access, errors


class DuplicateOrder(errors.Problem):
    code, status = "duplicate_order", 409


class OrderClosed(errors.Problem):
    code, status = "order_closed", 409


class OrderInUse(errors.Problem):
    code, status = "order_in_use", 409


REFUSALS: dict[str, type[errors.Problem]] = {"wrong_role": access.WrongRole, "order_closed": OrderClosed}

errors.violates("orders_number_key", DuplicateOrder)
