"""Labels that can be true together: one sigmoid for each, BinaryCrossentropy, and metrics for each label."""

import keras
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import train_test_split

import rightloss as rl

# y has five columns of 0 and 1, and a row can have several ones
x, y = make_multilabel_classification(1000, n_features=20, n_classes=5, n_labels=2, random_state=0)
x_train, x_test, y_train, y_test = train_test_split(x.astype("float32"), y, random_state=0)

advice = rl.select(y_train)
print(advice)

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(32, activation="relu"), advice.head()])
advice.compile(model)
model.fit(x_train, advice.encode(y_train), epochs=30, verbose=0)

scores = model.evaluate(x_test, advice.encode(y_test), verbose=0, return_dict=True)
print({name: round(score, 3) for name, score in scores.items()})
print(advice.decode(model.predict(x_test[:5], verbose=0)))
