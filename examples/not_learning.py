"""A program with a mistake that Keras does not report: find it with `rightloss check examples/not_learning.py`."""

import keras

(x, y), _ = keras.datasets.mnist.load_data()

model = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x / 255.0, y, epochs=5)
