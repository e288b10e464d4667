from quiffen import Qif
from timed import timed


def read(path):
    qif = Qif.parse(path, day_first=False, encoding="utf-8")
    return sum(
        len(transactions)
        for account in qif.accounts.values()
        for transactions in account.transactions.values()
    )


timed(read)
