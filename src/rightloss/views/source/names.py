"""Qualified names: every spelling of a Keras, TensorFlow, NumPy or scikit-learn name becomes one canonical spelling.

The only place where names are compared as text. Readers ask for `keras.layers.Dense` and get it from
`tensorflow.keras.layers.Dense`, `keras.src.layers.core.dense.Dense`, `tf_keras.layers.core.Dense`, …
"""

from __future__ import annotations

from functools import lru_cache

# Longest first: a prefix of another must come after it.
_KERAS_ROOTS = (
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tensorflow.contrib.keras.python.keras",
    "tensorflow.contrib.keras.api.keras",
    "tensorflow.contrib.keras",
    "tensorflow.python.keras",
    "tensorflow_core.python.keras",
    "tensorflow.keras",
    "keras.api._v2.keras",
    "keras.api",
    "keras._tf_keras.keras",
    "keras.src",
    "tf_keras.src",
    "tf_keras",
    "keras_core",
    "keras",
)
_TENSORFLOW_ROOTS = ("tensorflow.compat.v1", "tensorflow.compat.v2", "tensorflow")
# TensorFlow 2 gives these out under two names.
_TENSORFLOW_TWINS = {
    "losses": "keras.losses",
    "metrics": "keras.metrics",
    "optimizers": "keras.optimizers",
    "initializers": "keras.initializers",
    "data.experimental": "tensorflow.data",
}
_ALIASES = {
    "keras.objectives": "keras.losses",
    "keras.layers.core": "keras.layers",
    "keras.src": "keras",
    "tensorflow.math.argmax": "tensorflow.argmax",
    "tensorflow.arg_max": "tensorflow.argmax",
    "tensorflow.math.sigmoid": "tensorflow.nn.sigmoid",
    "tensorflow.sigmoid": "tensorflow.nn.sigmoid",
    "tensorflow.math.softmax": "tensorflow.nn.softmax",
    "tensorflow.math.log_softmax": "tensorflow.nn.log_softmax",
    "tensorflow.math.greater": "tensorflow.greater",
    "tensorflow.math.round": "tensorflow.round",
    "tensorflow.math.unique": "tensorflow.unique",
    "tensorflow.estimator.losses": "tensorflow.estimator",
    "keras.Sequential": "keras.models.Sequential",
    "keras.Model": "keras.models.Model",
    "keras.Input": "keras.layers.Input",
    "keras.models.Input": "keras.layers.Input",
    "keras.datasets": "keras.datasets",
    "numpy.random.random_integers": "numpy.random.randint",
    "sklearn.cross_validation.train_test_split": "sklearn.model_selection.train_test_split",
    "sklearn.datasets.samples_generator.make_classification": "sklearn.datasets.make_classification",
    "sklearn.preprocessing.label.LabelEncoder": "sklearn.preprocessing.LabelEncoder",
}
_SECTIONS = (
    "layers", "losses", "metrics", "activations", "applications", "datasets", "utils", "preprocessing",
    "optimizers", "initializers", "callbacks", "regularizers", "constraints", "backend", "ops", "models",
)  # fmt: skip
_MODEL_NAMES = ("Sequential", "Model", "Functional", "model_from_json", "clone_model", "load_model")
_UTILS = (
    "to_categorical",
    "image_dataset_from_directory",
    "text_dataset_from_directory",
    "audio_dataset_from_directory",
    "timeseries_dataset_from_array",
    "plot_model",
    "normalize",
)


@lru_cache(maxsize=8192)
def canonical(name: str) -> str:
    """The one spelling of a dotted name."""
    for root in _KERAS_ROOTS:
        if name == root:
            return "keras"
        if name.startswith(root) and name[len(root)] == ".":
            return _keras(name[len(root) + 1 :])
    for root in _TENSORFLOW_ROOTS:
        if name == root:
            return "tensorflow"
        if name.startswith(root) and name[len(root)] == ".":
            return _tensorflow(name[len(root) + 1 :])
    before, _, handed_on = name.rpartition(".keras.")
    if before and handed_on.partition(".")[0] in (*_SECTIONS, *_MODEL_NAMES, "Input"):
        return _keras(handed_on)  # a library that hands Keras on: `from library.compat import keras`
    return _ALIASES.get(name, name)


def _keras(rest: str) -> str:
    """`rest` without its root: the section and the last part are what names a thing; modules between are layout."""
    parts = rest.split(".")
    last = parts[-1]
    if last in _MODEL_NAMES and (len(parts) == 1 or parts[0] in ("models", "engine")):
        return f"keras.models.{last}"
    if last == "Input" and len(parts) <= 2:
        return "keras.layers.Input"
    if last in _UTILS:
        return f"keras.utils.{last}"
    section = {"objectives": "losses", "legacy_tf_layers": "layers", "engine": "layers"}.get(parts[0], parts[0])
    if section == "legacy":
        return _keras(".".join(parts[1:])) if len(parts) > 1 else "keras.legacy"
    if section in _SECTIONS and len(parts) > 2:
        if section in ("datasets", "applications"):  # a dataset or family is a module, its functions belong to it
            return f"keras.{section}.{'.'.join(parts[-2:])}" if last.islower() else f"keras.{section}.{last}"
        if section == "preprocessing":
            return f"keras.{section}.{last}"
        if section == "layers" and "preprocessing" in parts and last == "preprocessing":
            return "keras.layers"
        return f"keras.{section}.{last}"
    if len(parts) == 1 and last[:1].isupper() and last in ("Layer", "InputLayer"):
        return f"keras.layers.{last}"
    return f"keras.{section}" if len(parts) == 1 else f"keras.{section}.{'.'.join(parts[1:])}"


def _tensorflow(rest: str) -> str:
    head, _, tail = rest.partition(".")
    if rest.startswith("data.experimental"):
        return "tensorflow.data" + rest[len("data.experimental") :]
    twin = _TENSORFLOW_TWINS.get(head)
    if twin is not None:
        return f"{twin}.{tail}" if tail else twin
    name = f"tensorflow.{rest}"
    return _ALIASES.get(name, name)


# What `from module import *` brings, as far as reading a set-up needs it.
STAR_MODULES: dict[str, tuple[str, ...]] = {
    "keras": ("models", "layers", "losses", "metrics", "utils", "datasets", "backend", "optimizers", "applications",
              "activations", "callbacks", "initializers", "preprocessing", "regularizers", "Sequential", "Model",
              "Input"),
    "keras.models": ("Sequential", "Model", "load_model", "clone_model", "model_from_json"),
    "keras.utils": (*_UTILS, "np_utils"),
    "keras.losses": ("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy",
                     "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy",
                     "KLDivergence", "MeanSquaredError", "mean_squared_error"),
    "numpy": ("array", "asarray", "argmax", "zeros", "ones", "eye", "unique", "random", "arange", "reshape"),
}  # fmt: skip


_CONVENTIONS = {
    "tf": "tensorflow", "tensorflow": "tensorflow", "keras": "keras", "np": "numpy", "numpy": "numpy", "pd": "pandas",
    "K": "keras.backend", "layers": "keras.layers", "models": "keras.models", "losses": "keras.losses",
    "tfds": "tensorflow_datasets", "kr": "keras", "to_categorical": "keras.utils.to_categorical",
    "np_utils": "keras.utils",
    "train_test_split": "sklearn.model_selection.train_test_split", "Sequential": "keras.models.Sequential",
    "Model": "keras.models.Model", "ImageDataGenerator": "keras.preprocessing.ImageDataGenerator",
    "LabelEncoder": "sklearn.preprocessing.LabelEncoder", "LabelBinarizer": "sklearn.preprocessing.LabelBinarizer",
    "OneHotEncoder": "sklearn.preprocessing.OneHotEncoder",
    "MultiLabelBinarizer": "sklearn.preprocessing.MultiLabelBinarizer",
}  # fmt: skip


def conventional(name: str, layers: frozenset[str]) -> str | None:
    """What a name that nothing in the file binds stands for by convention: pasted programs leave their imports out."""
    found = _CONVENTIONS.get(name)
    return found or (f"keras.layers.{name}" if name in layers or name == "Input" else None)


def star(module: str, name: str) -> str | None:
    """The canonical name that `name` has when it came through `from module import *`, or None when it cannot."""
    root = canonical(module)
    if root.startswith("keras.layers"):
        own = name[:1].isupper() and name not in _MODEL_NAMES
        return canonical(f"keras.layers.{name}") if own else None
    return canonical(f"{root}.{name}") if name in STAR_MODULES.get(root, ()) else None
