"""What an importer takes from a CAMT.053 file, with lxml: accounts, balances, and every entry with its details."""
from decimal import Decimal

from lxml import etree
from timed import timed

NAMES = """
AcctSvcrRef AddtlNtryInf AddtlTxInf Amt BIC BICFI Bal BkTxCd BookgDt Ccy CdtDbtInd Cdtr CdtrAcct Dbtr DbtrAcct Dt
EndToEndId MndtId Nm Ntry NtryDtls Ref Refs RltdAgts RltdPties RmtInf RvslInd Strd Sts TxDtls Ustrd ValDt
""".split()


class Tags:
    """Names of elements in the namespace of the file, put together once."""

    def __init__(self, namespace):
        for name in NAMES:
            setattr(self, name, namespace + name)


def first_text(element, tag):
    for found in element.iter(tag):
        return found.text
    return None


def number_of(account):
    """The IBAN, or the number that stands a level below its place."""
    number = account[0][0]
    return number.text if len(number) == 0 else number[0].text


def day_of(date):
    return date[0].text[:10]


def add_party(detail, parties, tags, is_debit):
    """The other side: who is paid by a debit, who pays a credit."""
    party, account = (tags.Cdtr, tags.CdtrAcct) if is_debit else (tags.Dbtr, tags.DbtrAcct)
    for child in parties:
        if child.tag == party:
            detail["counterparty"] = first_text(child, tags.Nm)
        elif child.tag == account:
            detail["account"] = number_of(child)


def add_remittance(detail, remittance, tags):
    texts = []
    for child in remittance:
        if child.tag == tags.Ustrd:
            texts.append(child.text)
        elif child.tag == tags.Strd:
            detail["reference"] = first_text(child, tags.Ref)
    detail["text"] = " ".join(texts)


def detail_of(transaction, tags, is_debit):
    detail = {}
    for child in transaction:
        tag = child.tag
        if tag == tags.Refs:
            for reference in child:
                if reference.tag == tags.EndToEndId:
                    detail["end_to_end"] = reference.text
                elif reference.tag == tags.MndtId:
                    detail["mandate"] = reference.text
        elif tag == tags.RltdPties:
            add_party(detail, child, tags, is_debit)
        elif tag == tags.RmtInf:
            add_remittance(detail, child, tags)
        elif tag == tags.Amt:
            detail["amount"] = Decimal(child.text)
        elif tag == tags.RltdAgts:
            detail["bic"] = first_text(child, tags.BICFI) or first_text(child, tags.BIC)
        elif tag == tags.AddtlTxInf:
            detail["information"] = child.text
    return detail


def line_of(entry, tags):
    line = {}
    groups = []
    for child in entry:
        tag = child.tag
        if tag == tags.Amt:
            amount = Decimal(child.text)
            line["currency"] = child.get("Ccy")
        elif tag == tags.CdtDbtInd:
            is_debit = child.text == "DBIT"
        elif tag == tags.BookgDt:
            line["booked_on"] = day_of(child)
        elif tag == tags.ValDt:
            line["value_on"] = day_of(child)
        elif tag == tags.AcctSvcrRef:
            line["bank_reference"] = child.text
        elif tag == tags.Sts:
            line["status"] = child.text or first_text(child, "{*}Cd")
        elif tag == tags.RvslInd:
            line["is_reversal"] = child.text == "true"
        elif tag == tags.BkTxCd:
            line["code"] = [part.text for part in child.iter("{*}Cd", "{*}SubFmlyCd")]
        elif tag == tags.AddtlNtryInf:
            line["information"] = child.text
        elif tag == tags.NtryDtls:
            groups.append(child)
    line["amount"] = -amount if is_debit else amount
    line["details"] = [
        detail_of(transaction, tags, is_debit)
        for group in groups
        for transaction in group.iterchildren(tags.TxDtls)
    ]
    return line


def balance_of(balance, tags):
    amount = Decimal(balance.findtext(tags.Amt))
    is_debit = balance.findtext(tags.CdtDbtInd) == "DBIT"
    return {
        "kind": first_text(balance[0], "{*}Cd"),
        "amount": -amount if is_debit else amount,
        "on": day_of(balance.find(tags.Dt)),
    }


def account_of(account, tags):
    return {"number": number_of(account), "currency": account.findtext(tags.Ccy)}


def read(path):
    tags = None
    lines = 0
    total = Decimal(0)
    balances = {}
    accounts = []
    for _, element in etree.iterparse(path, tag=("{*}Ntry", "{*}Bal", "{*}Acct")):
        if tags is None:
            tags = Tags(element.tag[: element.tag.index("}") + 1])
        if element.tag == tags.Ntry:
            total += line_of(element, tags)["amount"]
            lines += 1
        elif element.tag == tags.Bal:
            balance = balance_of(element, tags)
            balances[balance["kind"]] = balance["amount"]
        else:
            accounts.append(account_of(element, tags))
        element.clear()
    if len(accounts) != 1 or balances["OPBD"] + total != balances["CLBD"]:
        raise SystemExit("the file was not understood")
    return lines


timed(read)
