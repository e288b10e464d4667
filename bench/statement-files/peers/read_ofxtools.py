from ofxtools.Parser import OFXTree
from timed import timed


def read(path):
    tree = OFXTree()
    tree.parse(path)
    return sum(len(statement.transactions) for statement in tree.convert().statements)


timed(read)
