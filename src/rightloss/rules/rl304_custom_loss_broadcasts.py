"""RL304: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence, Field, Loss
from rightloss.contract.conditions import Broadcast
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL304", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.BROADCAST, Field.LOSS))
def custom_loss_broadcasts(value: Broadcast, seen: Evidence) -> Outcome | None:
    """Inside the loss, labels and predictions of different shapes are stretched to fit.

    ## Why is this bad?
    (n, 1) against (n,) makes an (n, n) table: each prediction is compared with the labels of all examples, and the
    best answer is the average. A subclass of `keras.losses.Loss` gets the shapes as they are; plain functions are
    put right by Keras. Region losses such as `Dice` do not read class ids at all.

    ## What you will see
    A loss that falls a little and stops, the same prediction for everything; or a Dice loss of 0.02 that looks
    superb at chance accuracy.

    ## Bad
    ```python
    class Own(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.square(y_true - y_pred)

    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss=Own())
    rl.check(model, (x, x[:, 0]))
    ```

    ## Good
    ```python
    class Own(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.square(y_true - y_pred)

    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss=Own())
    rl.check(model, (x, x[:, :1]))
    ```

    ## Fix safety
    What is trained changes, what `predict` returns keeps its meaning.

    ## References
    - https://github.com/keras-team/keras/issues/13006
    """
    if value is Broadcast.COLUMNS:
        return Outcome(
            "Inside the loss, one class id meets the values of all classes.",
            "one-hot labels",
            "y = keras.utils.to_categorical(y, num_classes)",
        )
    if seen.possible(Field.LOSS) <= {Loss.SPARSE}:
        return Outcome(
            "Inside the loss, every prediction meets the labels of all examples.", "ids of shape (n,)", "y = y[:, 0]"
        )
    return Outcome(
        "Inside the loss, every prediction meets the labels of all examples.",
        "labels and predictions of one shape",
        "y_true = keras.ops.reshape(y_true, keras.ops.shape(y_pred))",
    )
