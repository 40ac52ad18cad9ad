"""Texts that Keras 2, Keras 3 and TensorFlow print, and what is behind them. Data only.

Each entry's `heading` is the text as people paste it, so that a web search finds it; `pattern` is what is matched.
Causes stand in the order of how often they are the reason; `tell` says how to know which.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a text, how to know that it is this one, and the line to write."""

    what: str
    tell: str
    fix: str
    code: str = ""  # the rule that finds it


@dataclass(frozen=True, slots=True)
class KnownText:
    """One text with its causes."""

    heading: str
    pattern: str  # regular expression, matched anywhere, without regard to case
    causes: tuple[Cause, ...]
    aside: str = ""  # what the text itself gets wrong, or hides


# fmt: off
_IDS = Cause("labels are class ids, and the loss expects rows", "y.ndim is 1, or y.shape[-1] is 1",
             "loss='sparse_categorical_crossentropy'", "RL101")
_UNITS = Cause("the last layer has another number of units than y has columns", "compare y.shape[-1] with the units",
               "keras.layers.Dense(y.shape[-1], ...)", "RL205")
_ONEHOT = Cause("labels are one-hot, and the loss expects ids", "each row of y sums to 1",
                "loss='categorical_crossentropy'", "RL101")
_MULTIHOT = Cause("labels are multi-hot: several can be true in one row", "rows of y sum to 0, 2, 3 ...",
                  "Dense(y.shape[-1], activation='sigmoid') and loss='binary_crossentropy'", "RL101")
_DICE = Cause("Dice or Tversky got class ids", "the text names dice or tversky, and y has an axis less than the output",
              "y = keras.utils.to_categorical(y)", "RL207")
_ONE_LABEL = Cause("one yes/no label for several sigmoid units", "np.unique(y) is [0, 1], the last layer has K units",
                   "keras.layers.Dense(1, activation='sigmoid')", "RL205")
_NO_LABELS = Cause("fit got x and no labels", "the call of fit, or what the dataset yields, has no y",
                   "model.fit(x, y)  # a dataset yields (x, y)")
_STEPS = Cause("the model gives one prediction for each step, and y holds one label for each example",
               "model.output_shape has one axis more than y", "return_sequences=False on the last LSTM, or pool",
               "RL207")
_FROM_ONE = Cause("ids start at 1", "y.min() is 1 and y.max() equals the units", "y = y - 1", "RL102")
_TOO_FEW = Cause("the last layer has fewer units than there are classes", "y.max() + 1 is more than the units",
                 "keras.layers.Dense(int(y.max()) + 1, ...)", "RL205")
_CODE = Cause("a number stands for 'no label': -1, 255, or a padding id", "the value in the text is no class of yours",
              "keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)", "RL103")
_NAN_ID = Cause("labels are NaN: a NaN cast to a whole number is a huge negative one",
                "the value is -9223372036854775808 or -2147483648", "keep = ~np.isnan(y); x, y = x[keep], y[keep]",
                "RL103")
_SIGNED = Cause("labels are -1 and +1", "np.unique(y) gives [-1, 1]", "y = (y + 1) // 2", "RL102")
_ONE_UNIT = Cause("one sigmoid unit with a sparse loss", "the range in the text is [0, 1)",
                  "loss='binary_crossentropy'", "RL101")
_TEXT = Cause("labels are text or Python objects", "y.dtype is object, or starts with <U",
              "names, y = np.unique(y, return_inverse=True)", "RL106")
_WEIGHT_DICT = Cause("class_weight is an array, a list or 'balanced'", "type(class_weight) is not dict",
                     "class_weight=dict(enumerate(weights))", "RL501")
_WEIGHT_MISSING = Cause("class_weight misses a class", "compare its keys with np.unique(y)",
                        "class_weight={0: 1.0, 1: 1.0, 2: 1.0}  # every class", "RL501")
_WEIGHT_GRID = Cause("class_weight is for one label per example, and y has one for each step or pixel", "y.ndim > 1",
                     "sample_weight = np.vectorize(class_weight.get)(y)", "RL501")
_WEIGHT_SHAPE = Cause("sample_weight has another shape than the loss", "compare sample_weight.shape with y.shape",
                      "sample_weight of shape (n,), or (n, steps) for labels per step", "RL503")
_LOGITS = Cause("from_logits=True although the last layer has an activation", "the last layer says activation=",
                "remove from_logits=True from the loss", "RL201")
_X_NAN = Cause("x holds NaN or infinity", "np.isfinite(x).all() is False", "x = np.nan_to_num(x)", "RL702")
_RANGE = Cause("labels are not in [0, 1]", "y.min() < 0 or y.max() > 1", "y = y / y.max()  # or map ids to 0 and 1",
               "RL102")
_RATE = Cause("the learning rate is too high", "a ten times smaller one helps", "keras.optimizers.Adam(1e-4)")
_RAW = Cause("raw scores are read as probabilities", "the last layer has no activation and the loss no from_logits",
             "keras.losses.BinaryCrossentropy(from_logits=True)", "RL202")
_SOFTMAX_ONE = Cause("softmax over one unit is always 1", "the last layer is Dense(1, activation='softmax')",
                     "keras.layers.Dense(1, activation='sigmoid') and loss='binary_crossentropy'", "RL204")
_ONE_CLASS = Cause("all labels are the same", "np.unique(y) has one value", "print(np.unique(y, return_counts=True))",
                   "RL105")

_CHANCE = r"(?:0\.69(?:3\d*)?|2\.30\d*|1\.0986\d*)\b"
_STUCK = (
    r"\b(?:model|network|net|it)\b.{0,15}\bnot (?:learn|train)|^\W*not learning\W*$"
    r"|(?<![a-z])(?:loss|acc\w*)\b.{0,15}(?:\bnot|n't) (?:chang|decreas|improv|go)"
    r"|\b(?:loss|acc\w*) (?:is |gets )?stuck"
    r"|predict\w* (?:\w+ )?(?:the same|(?:only )?one|a single) class"
)
"""The loss of guessing, and how people say that nothing is learned."""

KNOWN: tuple[KnownText, ...] = (
    KnownText(
        "Argument `output` must have rank (ndim) `target.ndim - 1`",
        r"must have rank \(ndim\) `?target\.ndim - 1",
        (_ONEHOT, _MULTIHOT, _STEPS),
        "The text means target.ndim + 1: a sparse loss wants y with one axis less than the output.",
    ),
    KnownText(
        "Arguments `target` and `output` must have the same rank (ndim)",
        r"Arguments `?target`? and `?output`? must have the same rank",
        (_IDS, Cause("0/1 labels for two softmax units", "the last layer has 2 units and the loss is binary",
                     "loss='sparse_categorical_crossentropy'", "RL203"), _ONE_LABEL, _STEPS),
    ),
    KnownText(
        "Arguments `target` and `output` must have the same shape",
        r"Arguments `?target`? and `?output`? must have the same shape",
        (_IDS, _UNITS, _STEPS),
    ),
    KnownText(
        "Shapes (None, 1) and (None, 10) are incompatible",
        r"Shapes \([^)]*\) and \([^)]*\) are incompatible",
        (_IDS, _UNITS, _STEPS, Cause("keras.metrics.Accuracy() compares shapes", "it is in metrics=",
                                     "metrics=['accuracy']", "RL402")),
    ),
    KnownText(
        "`logits` and `labels` must have the same shape",
        r"`?logits`? and `?labels`? must have the same shape",
        (_UNITS, Cause("ids for several units with a binary loss", "y.ndim is 1 and the last layer has K units",
                       "loss='sparse_categorical_crossentropy'", "RL101"), _STEPS),
    ),
    KnownText(
        "logits and labels must have the same first dimension",
        r"logits and labels must have the same first dimension",
        (_ONEHOT, _STEPS, Cause("the output is reshaped across examples", "a Reshape changes the first axis",
                                "keep the batch axis: keras.layers.Reshape((steps, classes))", "RL207")),
    ),
    KnownText(
        "logits and labels must be broadcastable: logits_size=[10,3] labels_size=[10,5]",
        r"logits and labels must be broadcastable",
        (_UNITS,),
    ),
    KnownText(
        "Received a label value of -9223372036854775808 which is outside the valid range",
        r"label value of -(?:9223372036854775808|2147483648) which is outside the valid range",
        (_NAN_ID,),
    ),
    KnownText(
        "Received a label value of 3 which is outside the valid range of [0, 3)",
        r"label value of (?!-9223372036854775808|-2147483648)-?\d+ which is outside the valid range",
        (_FROM_ONE, _TOO_FEW, _CODE, _SIGNED, _ONE_UNIT),
        "Only TensorFlow on a CPU without XLA says this. On a GPU or under XLA the same labels give loss: nan.",
    ),
    KnownText(
        "index 9 is out of bounds for axis 1 with size 9",
        r"index \d+ is out of bounds for axis 1 with size \d+",
        (Cause("to_categorical with too few classes, or ids that start at 1", "y.max() equals num_classes",
               "keras.utils.to_categorical(y - y.min())", "RL102"),),
    ),
    KnownText(
        "You are passing a target array of shape (32, 1) while using as loss `categorical_crossentropy`",
        r"target array (?:of|with) shape \([^)]*\)",
        (_IDS, Cause("only one class folder was found, so there is one column", "classes found: 1",
                     "check the folder; class_mode='sparse'", "RL105"), _UNITS),
    ),
    KnownText(
        "expected dense_3 to have shape (3,) but got array with shape (1,)",
        r"expected \S+ to have (?:shape|\d+ dimensions).* but got array with shape",
        (_IDS, _UNITS, _STEPS),
    ),
    KnownText("Invalid dtype: str352", r"Invalid dtype: (?:str|object|<U)", (_TEXT,)),
    KnownText("Cast string to float is not supported", r"Cast string to (?:float|int\d*) is not supported", (_TEXT,)),
    KnownText(
        "Failed to convert a NumPy array to a Tensor (Unsupported object type list)",
        r"Failed to convert a NumPy array to a Tensor|Unsupported object type",
        (Cause("labels or inputs are Python objects, such as lists of different lengths",
               "y.dtype or x.dtype is object",
               "y = np.stack(y), or keras.utils.pad_sequences(y) where lengths differ", "RL106"), _TEXT),
    ),
    KnownText(
        "Can not squeeze dim[1], expected a dimension of 1, got 10",
        r"Can ?not squeeze dim\[\d+\], expected a dimension of 1",
        (_ONEHOT, Cause("a metric for ids got one-hot labels", "metrics= names a sparse one",
                        "metrics=['accuracy']", "RL402")),
    ),
    KnownText(
        "could not convert string to float",
        r"could not convert string to float",
        (_TEXT, Cause("a column of x is text", "x.dtypes shows object", "keras.layers.StringLookup for that column")),
    ),
    KnownText(
        "only 0-dimensional arrays can be converted to Python scalars",
        r"only (?:0-dimensional|size-1|length-1) arrays can be converted to Python scalars",
        (_WEIGHT_GRID,
         Cause("float() or int() of an array, such as one row of predict()", "the last line of yours in the traceback",
               "float(model.predict(x)[0, 0]), or .item()", "RL601")),
    ),
    KnownText(
        "`class_weight` not supported for 3+ dimensional targets",
        r"class_weight`? not supported for 3\+ dimensional targets",
        (_WEIGHT_GRID,),
    ),
    KnownText(
        "`class_weight` is only supported for Models with a single output",
        r"class_weight`? is only supported for `?Model`?s with a single output",
        (Cause("the model has several outputs", "model.outputs has more than one",
               "sample_weight=[np.vectorize(class_weight.get)(each) for each in y]  # a dict where y is one",
               "RL501"),),
    ),
    KnownText(
        "`class_weight` must contain all classes in the data",
        r"class_weight`? must contain all classes",
        (_WEIGHT_MISSING,),
    ),
    KnownText(
        "You cannot `class_weight` and `sample_weight` at the same time",
        r"cannot (?:use )?`?class_weight`? and `?sample_weight`? at the same time",
        (Cause("both were given", "look at the call of fit",
               "sample_weight = sample_weight * np.vectorize(class_weight.get)(y)", "RL501"),),
    ),
    KnownText(
        "'numpy.ndarray' object has no attribute 'get'",
        r"'(?:numpy\.ndarray|list|str)' object has no attribute 'get'",
        (_WEIGHT_DICT,),
    ),
    KnownText(
        "can only concatenate str (not \"int\") to str",
        r"can only concatenate str \(not \"int\"\) to str",
        (Cause("keys of class_weight are names", "list(class_weight) shows text",
               "class_weight={names.index(name): w for name, w in class_weight.items()}", "RL501"),),
    ),
    KnownText(
        "Dimensions must be equal, but are 64 and 192 for LogicalAnd",
        r"Dimensions must be equal.*LogicalAnd",
        (Cause("Precision, Recall or MeanIoU with ids against softmax", "y.shape[-1] is not the number of units",
               "y = keras.utils.to_categorical(y), with loss='categorical_crossentropy'", "RL402"),),
    ),
    KnownText(
        "Dimensions must be equal, but are 6 and 64",
        r"Dimensions must be equal, but are \d+ and \d+(?!.*LogicalAnd)",
        (_WEIGHT_GRID, _WEIGHT_SHAPE, _UNITS, _DICE),
    ),
    KnownText(
        "indices[2] = 2 is not in [0, 2)",
        r"indices\[\d+\] = -?\d+ is not in \[0, \d+\)",
        (_WEIGHT_MISSING, _WEIGHT_GRID,
         Cause("a token id is not below input_dim of an Embedding", "the text names an embedding_lookup",
               "keras.layers.Embedding(int(x.max()) + 1, ...)")),
    ),
    KnownText(
        "FBetaScore expects 2D inputs with shape (batch_size, output_dim)",
        r"(?:F1Score|FBetaScore) expects 2D inputs",
        (Cause("F1Score got class ids", "y.ndim is 1",
               "y = keras.utils.to_categorical(y), with loss='categorical_crossentropy'", "RL402"),),
    ),
    KnownText(
        "Argument `segment_ids` and `data` should have same leading dimension",
        r"segment_ids`? and `?data`? should have same leading dimension",
        (Cause("AUC got class ids", "y.ndim is 1 and the output has several units",
               "keras.metrics.AUC(multi_label=True) with one-hot y", "RL402"),),
    ),
    KnownText(
        "predictions must be >= 0",
        r"predictions must be >= 0",
        (Cause("AUC, Precision or Recall got raw scores", "the last layer has no activation",
               "keras.metrics.AUC(from_logits=True), or activation='sigmoid'", "RL401"),),
    ),
    KnownText(
        "Only axis=-1 is currently supported. Received: axis=1",
        r"Only axis=-1 is currently supported",
        (Cause("the sparse loss reads classes on the last axis only", "the output is channels_first",
               "keras.layers.Permute((2, 3, 1)) before the loss", "RL206"),),
    ),
    KnownText(
        "got an unexpected keyword argument 'label_smoothing'",
        r"unexpected keyword argument 'label_smoothing'",
        (Cause("the sparse loss of this Keras has no label smoothing", "it is SparseCategoricalCrossentropy",
               "y = keras.utils.to_categorical(y); loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1)"),),
    ),
    KnownText(
        "Could not interpret loss identifier",
        r"Could not interpret loss (?:function )?identifier|Unknown loss function",
        (Cause("no loss has this name; newer ones are not reachable by text", "compare with keras.losses",
               "loss=keras.losses.CategoricalGeneralizedCrossEntropy()"),),
    ),
    KnownText(
        "received `from_logits=True`, but the `output` argument was produced by a Softmax activation",
        r"received `?from_logits=True`?, but the `?output`? argument was produced by a",
        (_LOGITS,),
        "TensorFlow undoes the second activation where it can; mixed precision, a Reshape or another backend do not.",
    ),
    KnownText(
        "You are using a softmax over axis -1 of a tensor of shape (32, 1)",
        r"softmax over axis -?\d+ of a tensor of shape",
        (_SOFTMAX_ONE, Cause("attention over a sequence of length 1", "it is not the last layer", "nothing: harmless")),
    ),
    KnownText(
        "In loss categorical_crossentropy, expected y_pred.shape to be (batch_size, num_classes) with num_classes > 1",
        r"In loss categorical_crossentropy, expected y_pred\.shape",
        (Cause("one unit with a categorical loss: the loss is always 0", "the last layer has 1 unit",
               "keras.layers.Dense(1, activation='sigmoid') and loss='binary_crossentropy'", "RL101"),),
    ),
    KnownText(
        "Structures don't have the same nested structure",
        r"don't have the same (?:nested )?structure",
        (Cause("Python lists are taken for several outputs", "y or the arguments of the loss are lists",
               "np.array(y)"),),
    ),
    KnownText(
        "No loss to compute",
        r"No loss (?:to compute|found)|Unknown entries in (?:loss|output) dictionary|`loss` argument, can't be found",
        (Cause("keys of the loss dict are not the names of the outputs", "model.output_names",
               "loss={name: ... for name in model.output_names}"),),
    ),
    KnownText(
        "object has no attribute 'predict_classes'",
        r"has no attribute 'predict_(?:classes|proba)'",
        (Cause("it was removed in TensorFlow 2.6", "the last layer has one unit",
               "labels = (model.predict(x) > 0.5).astype(int)", "RL601"),
         Cause("", "the last layer has several softmax units", "labels = model.predict(x).argmax(axis=-1)", "RL601")),
    ),
    KnownText(
        "Classification metrics can't handle a mix of multiclass and continuous-multioutput targets",
        r"Classification metrics can't handle a mix of",
        (Cause("scikit-learn got what predict() gives, and wants ids", "the last layer has several softmax units",
               "labels = model.predict(x).argmax(axis=-1)", "RL601"),
         Cause("one unit gives a probability", "the last layer has one unit",
               "labels = (model.predict(x) > 0.5).astype(int).ravel()", "RL601")),
    ),
    KnownText(
        "Incompatible shapes: [32,10] vs. [32]",
        r"Incompatible shapes: \[[\d,]*\] vs\. \[[\d,]*\]",
        (_WEIGHT_SHAPE, Cause("a loss or metric of your own compares ids with rows", "the second shape lacks an axis",
                              "y_true = keras.ops.one_hot(y_true, num_classes)", "RL304"), _UNITS),
    ),
    KnownText("loss: nan", r"(?:\b|_)loss[:=]? ?(?:is )?nan\b|nan loss", (
        _X_NAN,
        Cause("labels are missing or outside 0..units-1; on a GPU nothing else is said", "np.unique(y)",
              "rl.check(model, (x, y))", "RL102"),
        Cause("a loss of your own divides by zero or takes log(0)", "it is not one of Keras",
              "keras.ops.log(keras.ops.clip(p, 1e-7, 1.0))"),
        _RATE,
    )),
    KnownText("loss: -204433556137039776", r"(?<!weight )(?:\b|_)loss[:=]? -\d|negative loss|loss is negative",
              (_RANGE, _SIGNED)),
    KnownText("loss: 0.0000e+00", r"(?:\b|_)loss: 0\.0000e\+00", (_SOFTMAX_ONE, _ONE_CLASS)),
    KnownText(
        "loss: 0.6931",
        rf"(?:\b|_)loss\b[^\d.]{{0,30}}{_CHANCE}|^\W*{_CHANCE}\W*$|stuck (?:at|around) (?:{_CHANCE}|chance)|{_STUCK}",
        (
            Cause("labels are not those of these rows, or shuffled apart from x", "look at ten rows of x and y",
                  "x, y = x[order], y[order]  # one order for both"),
            Cause("shapes broadcast inside the loss", "y.shape differs from model.output_shape",
                  "y = y.reshape(-1, 1)", "RL304"),
            _SOFTMAX_ONE, _LOGITS, _RAW,
            Cause("the gradient is gone: predictions are all 0 or 1", "model.predict(x).std() is 0",
                  "scale x: keras.layers.Normalization()", "RL209"),
            _RATE,
            Cause("the learning rate is too low", "the loss falls, slowly", "keras.optimizers.Adam(1e-2)"),
            Cause("the model cannot learn at all", "it does not learn 32 rows by heart",
                  "model.fit(x[:32], y[:32], epochs=200)", "RL703"),
        ),
        "0.6931 is ln 2, 1.0986 is ln 3, 2.3026 is ln 10: the loss of guessing.",
    ),
    KnownText(
        "No gradients provided for any variable",
        r"No gradients provided for any variable|Gradients do not exist for variables",
        (Cause("the loss goes through argmax, round or a comparison, which have no gradient", "look into your own loss",
               "hand the loss what the last layer gives: y_pred, not keras.ops.argmax(y_pred, axis=-1)"),
         Cause("the loss does not look at y_pred", "y_pred is not used, or went through .numpy()",
               "loss=keras.losses.SparseCategoricalCrossentropy()"),
         Cause("every layer is frozen", "model.trainable_variables is empty", "model.layers[-1].trainable = True")),
    ),
    KnownText(
        "None values not supported",
        r"None values not supported",
        (_NO_LABELS, Cause("a loss of your own returns nothing", "its last line has no return",
                           "return the loss: one number for each example")),
    ),
    KnownText(
        "Data cardinality is ambiguous",
        r"Data cardinality is ambiguous",
        (Cause("x and y are not cut alike", "compare the sizes in the text with len(x) and len(y)",
               "x_train, x_test, y_train, y_test = train_test_split(x, y)"),
         Cause("x or y is a Python list of arrays, which is taken for several inputs", "type(x) is list",
               "x, y = np.array(x), np.array(y)")),
    ),
    KnownText(
        "You must call `compile()` before using the model",
        r"must (?:call `?compile|compile your model)",
        (Cause("the model has no loss yet", "there is no model.compile(...) above the call of fit",
               "rl.select(y).compile(model)"),),
    ),
    KnownText(
        "Expected float32, but got a of type 'str'",
        r"Expected (?:float|int)\d+, but got \S+ of type 'str'",
        (Cause("labels are a dict, and the loss is one for a model with one output", "type(y) is dict",
               "y = y['name of the label']"), _TEXT),
    ),
    KnownText(
        "OOM when allocating tensor",
        r"OOM when allocating tensor|ResourceExhausted",
        (Cause("one-hot labels of many classes", "y.shape[-1] is in the thousands",
               "ids and loss='sparse_categorical_crossentropy'"),
         Cause("the output itself: examples x steps x classes x 4 bytes", "multiply model.output_shape",
               "a smaller batch_size")),
    ),
)
# fmt: on
