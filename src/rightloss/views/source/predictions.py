"""What `predict` gives, and whether it is of many examples."""

from __future__ import annotations

import ast

from rightloss.views.source.machine import Machine
from rightloss.views.source.models import model_output
from rightloss.views.source.recorder import Training
from rightloss.views.source.values import Args, Data, Map, Obj, Prediction, Seq, Unknown, Value, constant


def predict(machine: Machine, model: Value, args: Args) -> Value:
    """`model.predict(x)`."""
    output = model_output(machine, model) if isinstance(model, Obj) else None
    if isinstance(output, Seq | Map):
        return Unknown("predictions of several outputs", args.node)
    return Data(prediction=Prediction(model, (), output, args.node, _many(machine, args)), node=args.node)


def _many(machine: Machine, args: Args) -> bool:
    """Whether these are surely examples and not a single one: the array, under its own name, that a fit or an evaluate
    got. What is taken from it, like the first row of a table or one batch of a data set, may be one example."""
    x, name = args.get(0, "x"), args.place(0, "x")
    if not isinstance(x, Data) or not x.shape or constant(x.shape[0]) == 1 or id(x) not in machine.recorder.given:
        return False
    written = {ast.unparse(node) for s in machine.recorder.sites for each in s.trainings for node in _places(each, x)}
    return isinstance(name, ast.Name | ast.Attribute) and ast.unparse(name) in written


def _places(training: Training, x: Data) -> list[ast.AST]:
    """Where these examples are written in a training call: its data, or the data it is validated on."""
    args, pair = training.args, training.args.place(None, "validation_data")
    written = pair.elts[0] if isinstance(pair, ast.Tuple | ast.List) and pair.elts else None
    found = ((args.get(0, "x"), args.place(0, "x")), (first_part(args.get(None, "validation_data")), written))
    return [place for given, place in found if given is x and place is not None]


def predict_classes(machine: Machine, model: Value, args: Args) -> Value:
    """The old `model.predict_classes(x)`: it chose argmax or 0.5 by the number of units."""
    return Data(node=args.node)


def first_part(pair: Value | None) -> Value | None:
    """The examples of a pair of examples and labels; a dataset holds both."""
    if isinstance(pair, Seq):
        return pair.items[0] if pair.items else None
    return pair
