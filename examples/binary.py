"""Two classes: one sigmoid unit and BinaryCrossentropy."""

import keras
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import rightloss as rl

x, y = load_breast_cancer(return_X_y=True)  # y: one 0 or 1 for each patient
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0, stratify=y)
scaler = StandardScaler().fit(x_train)

advice = rl.select(y_train)
print(advice)

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((x.shape[1],)), keras.layers.Dense(16, activation="relu"), advice.head()])
advice.compile(model)
model.fit(scaler.transform(x_train), advice.encode(y_train), epochs=30, verbose=0)

scores = model.evaluate(scaler.transform(x_test), advice.encode(y_test), verbose=0, return_dict=True)
print({name: round(score, 3) for name, score in scores.items()})
print(advice.decode(model.predict(scaler.transform(x_test[:5]), verbose=0)))
