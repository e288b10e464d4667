"""Reads statement files with one of the peers: `peers.py READER`, names of files on stdin, one JSON text per file on stdout."""
import json
import signal
import sys
import warnings
from decimal import Decimal

warnings.simplefilter("ignore")
SECONDS_PER_FILE = 30


def plain(amount):
    if amount is None:
        return None
    if isinstance(amount, float):
        amount = Decimal(repr(amount))
    return format(Decimal(amount), "f")


def day(value):
    return None if value is None else value.strftime("%Y-%m-%d")


def with_ofxtools(path):
    from ofxtools.Parser import OFXTree

    tree = OFXTree()
    tree.parse(path)
    for statement in tree.convert().statements:
        balance = getattr(statement, "ledgerbal", None)
        account = getattr(statement, "account", None)
        lines = [x for x in getattr(statement, "transactions", None) or [] if hasattr(x, "trnamt")]
        yield {
            "account": getattr(account, "acctid", None),
            "currency": getattr(statement, "curdef", None),
            "closing": plain(balance.balamt) if balance is not None else None,
            "lines": [[day(line.dtposted), plain(line.trnamt)] for line in lines],
        }


def with_ofxparse(path):
    from ofxparse import OfxParser

    with open(path, "rb") as file:
        parsed = OfxParser.parse(file)
    for account in parsed.accounts:
        statement = account.statement
        if statement is None or not hasattr(statement, "transactions"):
            continue
        lines = [line for line in statement.transactions if hasattr(line, "amount")]
        yield {
            "account": account.account_id,
            "currency": (getattr(statement, "currency", None) or "").upper() or None,
            "closing": plain(getattr(statement, "balance", None)),
            "lines": [[day(line.date), plain(line.amount)] for line in lines],
        }


def signed(amount, sign):
    return None if amount is None else plain(-Decimal(str(amount)) if sign == "1" else Decimal(str(amount)))


def iso_day(value):
    return value if value is None or isinstance(value, str) else day(value)


def with_pycoda(path):
    from coda.parser import Parser

    with open(path, "rb") as file:
        statements = Parser().parse(file.read())
    for statement in statements:
        # what it calls a total stands beside the details of that total
        lines = [line for line in statement.movements if line.type == "0"]
        yield {
            "account": statement.acc_number,
            "currency": statement.currency,
            "opening": signed(statement.old_balance, statement.old_balance_amount_sign),
            "closing": signed(statement.new_balance, statement.new_balance_amount_sign),
            "lines": [
                [iso_day(line.entry_date), signed(line.transaction_amount, line.transaction_amount_sign)]
                for line in lines
            ],
        }


def with_quiffen(path):
    from quiffen import Qif

    for encoding in ("utf-8", "windows-1252"):
        try:
            parsed = Qif.parse(path, day_first=True, encoding=encoding)
            break
        except UnicodeDecodeError:
            continue
    for account in parsed.accounts.values():
        for kind, lines in account.transactions.items():
            lines = [line for line in lines if hasattr(line, "payee")]
            if lines:
                yield {"lines": [[day(line.date), plain(line.amount)] for line in lines]}


def with_lxml(path):
    from lxml import etree

    for statement in etree.parse(path).iterfind(".//{*}Stmt"):
        lines = []
        for entry in statement.iterfind("{*}Ntry"):
            status = entry.find("{*}Sts")
            code = None if status is None else (status.findtext("{*}Cd") or status.text or "").strip()
            if code not in (None, "BOOK"):
                continue
            booked = entry.find("{*}BookgDt")
            written = None if booked is None else "".join(booked.itertext()).strip()[:10]
            minus = "-" if entry.findtext("{*}CdtDbtInd") == "DBIT" else ""
            lines.append([written, plain(Decimal(minus + entry.findtext("{*}Amt").strip()))])
        account = statement.find("{*}Acct/{*}Id")
        yield {
            "account": None if account is None else "".join(account.itertext()).split()[0],
            "lines": lines,
        }


READERS = {
    "ofxtools": with_ofxtools,
    "ofxparse": with_ofxparse,
    "pycoda": with_pycoda,
    "quiffen": with_quiffen,
    "lxml": with_lxml,
}


class TooLong(Exception):
    pass


def stop(*_):
    raise TooLong()


def main():
    read = READERS[sys.argv[1]]
    signal.signal(signal.SIGALRM, stop)
    for name in sys.stdin:
        path = name.rstrip("\n")
        signal.alarm(SECONDS_PER_FILE)
        try:
            answer = {"statements": list(read(path))}
        # a peer may end in any way; which one is of no interest here
        except BaseException as error:
            answer = {"failed": type(error).__name__}
        signal.alarm(0)
        print(json.dumps({"file": path, **answer}), flush=True)


main()
