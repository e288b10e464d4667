from coda.parser import Parser
from coda.statement import MovementRecordType
from timed import timed


def read(path):
    with open(path, "rb") as file:
        statements = Parser().parse(file.read())
    return sum(
        1
        for statement in statements
        for movement in statement.movements
        if movement.type == MovementRecordType.NORMAL
    )


timed(read)
