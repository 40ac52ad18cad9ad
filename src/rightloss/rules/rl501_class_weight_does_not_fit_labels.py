"""RL501: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import ClassWeight
from rightloss.rules._rule import Outcome, Subject, rule

_EACH = "sample_weight = np.vectorize(class_weight.get)(y)"
WAYS = {
    ClassWeight.NOT_A_DICT: Outcome(
        "class_weight is not a dict.", "a dict of class id to weight", "class_weight=dict(enumerate(weights))"
    ),
    ClassWeight.A_WORD: Outcome(
        "class_weight is a word, which scikit-learn understands and Keras does not.",
        "a dict of class id to weight",
        "class_weight={k: len(y) / (np.unique(y).size * n) for k, n in enumerate(np.bincount(y)) if n}  # y: class ids",
    ),
    ClassWeight.TEXT_KEYS: Outcome(
        "Keys of class_weight are not class ids.",
        "whole numbers as keys",
        "class_weight={names.index(name): weight for name, weight in class_weight.items()}",
    ),
    ClassWeight.SHIFTED: Outcome(
        "Keys of class_weight count from 1, class ids from 0: each class gets the weight of the one before it.",
        "keys that are class ids",
        "class_weight={key - 1: weight for key, weight in class_weight.items()}",
    ),
    ClassWeight.MISSES_A_CLASS: Outcome(
        "class_weight misses a class, which then weighs 1.0.",
        "one weight for each class",
        "class_weight={**{k: 1.0 for k in np.unique(y)}, **class_weight}  # say it for every class",
    ),
    ClassWeight.SEVERAL_TRUE: Outcome(
        "class_weight looks at the first label that is true in a row only.",
        "one weight for each column, inside the loss",
        "loss=rightloss.losses.MaskedBinaryCrossentropy(positive_weight=weights)  # a last layer without activation",
    ),
    ClassWeight.POSITIONS: Outcome(
        "class_weight is for one label per example, and y has one for each step or pixel.",
        "sample_weight of the shape of y",
        _EACH,
    ),
    ClassWeight.SEVERAL_OUTPUTS: Outcome(
        "Keras takes class_weight for models with one output only.",
        "sample_weight for each output",
        "sample_weight=[np.vectorize(class_weight.get)(each) for each in y]  # a dict where y is one",
    ),
    ClassWeight.BOTH: Outcome(
        "class_weight and sample_weight are both given.",
        "one of them",
        "sample_weight = sample_weight * np.vectorize(class_weight.get)(y)",
    ),
    ClassWeight.NO_EFFECT: Outcome(
        "The loss is one number for the whole batch, so class_weight only rescales it.",
        "output of shape (n, 1)",
        "leave the unit axis in place after keras.layers.Dense(1)",
    ),
}


@rule("RL501", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.CLASS_WEIGHT,))
def class_weight_does_not_fit_labels(value: ClassWeight, seen: Evidence) -> Outcome | None:
    """class_weight does not fit the labels, so it acts otherwise than you meant, or not at all.

    ## Why is this bad?
    Keras turns `class_weight` into one weight for each example: by `argmax` over the last axis of y, or by its value.
    Classes that it does not name weigh 1.0, which may be ten times the others. On multi-hot rows only the first
    true label counts. It must be a dict; scikit-learn's 'balanced' and its array are not understood.

    ## What you will see
    "'numpy.ndarray' object has no attribute 'get'", "`class_weight` is only supported for Models with a single output",
    "Dimensions must be equal"; or nothing, and one class that dominates.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, ids), class_weight={0: 0.1, 1: 0.1})
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, ids), class_weight={0: 0.9, 1: 0.9, 2: 1.3})
    ```

    ## Fix safety
    Training changes, what `predict` returns keeps its meaning. Weights move probabilities.

    ## References
    - Keras, `keras.Model.fit`: class_weight.
    """
    return WAYS[value]
