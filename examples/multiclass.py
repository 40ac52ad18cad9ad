"""Exclusive classes: a softmax, with CategoricalCrossentropy for one-hot labels and the sparse one for ids."""

import keras
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

import rightloss as rl

x, ids = load_iris(return_X_y=True)  # ids: 0, 1 or 2
one_hot = keras.utils.to_categorical(ids)  # the same labels as three columns

for y in (ids, one_hot):
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0, stratify=ids)
    advice = rl.select(y_train)
    print(advice.reason)

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, activation="relu"), advice.head()])
    advice.compile(model, optimizer=keras.optimizers.Adam(0.01))
    model.fit(x_train, advice.encode(y_train), epochs=60, verbose=0)

    scores = model.evaluate(x_test, advice.encode(y_test), verbose=0, return_dict=True)
    print({name: round(score, 3) for name, score in scores.items()})
    print(advice.decode(model.predict(x_test[:5], verbose=0)))
