"""What Keras layers do to units and activation. Tables only."""

from __future__ import annotations

# layer -> (position of units, names of units in all versions, position of activation, activation by default)
_DENSE = (0, ("units", "output_dim"), 1, "linear")
_CONV = (0, ("filters", "nb_filter"), None, "linear")
_RECURRENT = (0, ("units", "output_dim"), 1, "tanh")
UNITS: dict[str, tuple[int, tuple[str, ...], int | None, str]] = {
    "Dense": _DENSE,
    "TimeDistributedDense": _DENSE,
    "EinsumDense": (99, ("_",), 2, "linear"),
    **dict.fromkeys(
        ("Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "SeparableConv1D",
         "SeparableConv2D", "Convolution1D", "Convolution2D", "Convolution3D", "Deconvolution2D", "LocallyConnected1D",
         "LocallyConnected2D", "SeparableConvolution2D", "AtrousConvolution2D"),
        _CONV,
    ),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU", "ConvLSTM2D", "ConvLSTM1D"), _RECURRENT),
    "Embedding": (1, ("output_dim",), None, "linear"),
}  # fmt: skip

# Functions of TensorFlow 1 that make a layer and apply it; where no activation is given and None stands here, a scope
# around the call may have set one.
_DENSE_CALL = (1, ("units", "num_outputs"), 2, "linear")
_CONV_CALL = (1, ("filters", "num_outputs"), 9, "linear")
_SCOPED = (1, ("num_outputs",), None, None)
UNIT_FUNCTIONS: dict[str, tuple[int, tuple[str, ...], int | None, str | None]] = {
    "tensorflow.layers.dense": _DENSE_CALL,
    **dict.fromkeys(
        (f"tensorflow.layers.{name}" for name in ("conv1d", "conv2d", "conv3d", "conv2d_transpose")),
        _CONV_CALL,
    ),
    "tensorflow.contrib.layers.linear": _DENSE_CALL,
    **dict.fromkeys(
        (f"{module}.{name}" for module in ("tensorflow.contrib.layers", "tensorflow.contrib.slim", "tf_slim")
         for name in ("fully_connected", "conv2d")),
        _SCOPED,
    ),
}  # fmt: skip
# Products with weights of the program's own: raw scores, whatever went in.
PRODUCTS = frozenset(
    {*(f"{module}.{name}" for module in ("tensorflow", "tensorflow.linalg", "keras.ops", "keras.backend")
       for name in ("matmul", "tensordot", "dot")),
     "tensorflow.sparse_tensor_dense_matmul", "tensorflow.nn.xw_plus_b", "tensorflow.nn.conv2d", "tensorflow.nn.conv1d"}
)  # fmt: skip

ACTIVATIONS = {
    "Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "PReLU": "prelu", "ELU": "elu",
    "ThresholdedReLU": "relu",
}  # fmt: skip
ACTIVATION_NAMES = {
    "lrelu": "leaky_relu", "None": "linear", "relu_v2": "relu", "softmax_v2": "softmax", "sigmoid_v2": "sigmoid",
    "log_softmax_v2": "log_softmax",
}  # fmt: skip

WRAPPERS = frozenset({"TimeDistributed", "Bidirectional"})
# The same values come out while predictions are made.
PASSES = frozenset(
    {"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout",
     "AlphaDropout",
     "ActivityRegularization", "Identity", "Masking", "InputLayer"}
)  # fmt: skip
# The same values, in another place: Keras no longer finds what was before the activation.
LOSES_UNITS = frozenset({"Reshape", "Flatten", "Permute"})
RESHAPES = LOSES_UNITS | frozenset(
    {"RepeatVector", "Cropping1D", "Cropping2D", "Cropping3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
     "UpSampling1D", "UpSampling2D", "UpSampling3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "MaxPool1D",
     "MaxPool2D",
     "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
     "GlobalAveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPool2D", "GlobalMaxPool1D",
     "Resizing",
     "GlobalAvgPool2D", "GlobalAvgPool1D"}
)  # fmt: skip
NORMALIZES = frozenset({"BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization"})
MERGES = frozenset({"Add", "Average", "Subtract", "Maximum", "Minimum", "Multiply", "Concatenate", "Dot"})
MERGE_FUNCTIONS = {f"keras.layers.{kind.lower()}": kind for kind in MERGES}
AVERAGES = frozenset({"Average", "Maximum", "Minimum", "Concatenate"})

MODULES = ("tensorflow.nn.", "keras.activations.", "keras.ops.", "keras.backend.")
SAME_VALUES = frozenset({"cast", "identity", "stop_gradient", "convert_to_tensor", "clip_by_value", "clip", "dropout"})
SHAPE_OPERATIONS = frozenset(
    {"reshape", "squeeze", "expand_dims", "transpose", "flatten", "batch_flatten", "permute_dimensions", "split",
     "stack",
     "reduce_mean", "reduce_max", "mean", "max", "gather", "slice", "concat", "concatenate"}
)  # fmt: skip

OLD_KEYWORDS = frozenset(
    {"nb_epoch", "samples_per_epoch", "nb_val_samples", "nb_filter", "nb_row", "nb_col", "border_mode", "init",
     "W_regularizer", "W_constraint", "b_regularizer", "subsample"}
)  # fmt: skip
"""Arguments that standalone Keras took until 2.3, and neither tf.keras nor Keras 3 ever did."""

NAMES = frozenset({*UNITS, *ACTIVATIONS, "Activation", *WRAPPERS, *PASSES, *RESHAPES, *NORMALIZES, *MERGES})
"""Every layer of these tables."""
