"""What recoveries can find fault with."""

AMOUNT_ABOVE_PAID = "amount_above_paid"
RECEIVED_IN_FUTURE = "received_in_future"
