"""Advice: the whole answer of `select`, which shows itself and turns into Keras objects or text on request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rightloss.advice.goals import Goal
from rightloss.advice.imbalance import CAP, Imbalance
from rightloss.contract import Contract, Positions
from rightloss.contract.preparation import Preparation
from rightloss.errors import NoCrossEntropyFits, WrongArgument
from rightloss.files import JSON_VERSION
from rightloss.findings import Finding
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings import Reading

if TYPE_CHECKING:
    from rightloss.advice.decision import Decision
    from rightloss.advice.remedy import Remedy
    from rightloss.advice.structure import Structure
    from rightloss.advice.weights import Scheme


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another right answer, and when it is the better one."""

    contract: Contract
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """What labels cannot show. `answers` are (value of the keyword, what it means) pairs, likeliest first."""

    text: str
    keyword: str
    answers: tuple[tuple[Any, str], ...]

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "text": self.text,
            "keyword": self.keyword,
            "answers": [{"value": value, "means": means} for value, means in self.answers],
        }


@dataclass(frozen=True)
class Advice:
    """What to use for one output's labels, and why. Made by `rightloss.select`."""

    reading: Reading
    contract: Contract | None
    alternatives: tuple[Alternative, ...]
    questions: tuple[Question, ...]
    preparation: Preparation | None
    profile: LabelProfile
    imbalance: Imbalance | None
    conflicts: tuple[Finding, ...] = ()
    goal: Goal | None = None
    remedy: Remedy | None = None
    structure: Structure | None = None

    @property
    def task(self) -> str | None:
        """binary, multiclass or multilabel; None where no cross-entropy fits."""
        return None if self.contract is None else self.contract.task.value

    @property
    def classes(self) -> tuple[Any, ...]:
        """What each class, or column, is called, in the order of the units."""
        return self.reading.class_names

    @property
    def facts(self) -> tuple[str, ...]:
        """What was seen, in words."""
        return (*(str(fact.text) for fact in self.reading.facts), *self.notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to look at, although it changes no answer: spellings, empty classes, rows that were left out."""
        from rightloss.advice.metric import auc_notes

        return (*self.reading.notes, *self.profile.notes, *auc_notes(self.imbalance, self.contract))

    @property
    def reason(self) -> str:
        """Why this answer; where no cross-entropy fits, why not and what fits instead."""
        from rightloss.reason import reason

        return reason(self)

    def head(self, *, bias: str | None = "prior") -> Any:
        """The last layer, a new Keras layer. With bias="prior" it starts from the class frequencies; None starts at 0.

        Raises:
            NoCrossEntropyFits: no cross-entropy fits these labels.
        """
        from rightloss.views.model import write

        return write.head(self._needed("head"), bias=self.prior_bias if bias == "prior" else None)

    def loss(self) -> Any:
        """The loss, a new `keras.losses.Loss`. Raises NoCrossEntropyFits where there is none."""
        from rightloss.views.model import write

        return write.loss(self._needed("loss"))

    def metrics(self) -> list[Any]:
        """The metrics whose numbers are true for this contract, that of the goal last; new Keras objects."""
        from rightloss.views.model import write

        return write.metrics(self._needed("metrics"), self.watch)

    def compile(self, model: Any, *, optimizer: Any = "adam", **arguments: Any) -> Any:
        """Compile `model` (whose last layer is `head()`) with loss and metrics; returns the model."""
        from rightloss.views.model import write

        return write.compile(model, self._needed("compile"), optimizer=optimizer, watch=self.watch, **arguments)

    def encode(self, labels: Any) -> Any:
        """Labels as the loss sees them: a NumPy array."""
        from rightloss.views.labels.encode import encode

        exact = self.reading.evidence is None or self.reading.evidence.classes_exact
        return encode(labels, self.preparation, self._needed("encode"), classes_exact=exact)

    def sample_weight(self, labels: Any, *, scheme: Scheme = "balanced", cap: float | None = CAP) -> Any:
        """Weights for `fit(x, y, sample_weight=...)`, mean 1 over all labels that were selected for.

        Weights move the probabilities: use them instead of another remedy, never beside one.

        Args:
            labels: as they stand, like those that were selected for; all of them, or one batch.
            scheme: "balanced", "sqrt" or "effective"; see `rightloss.advice.weights.class_weights`.
            cap: largest weight; None for no cap.

        Returns:
            float32, one for each label; for labels that can be true together one for each cell, (n, L). Keras's losses
            take none of those; `select(y, form="logits")` with
            `model.compile(loss=rightloss.losses.MaskedBinaryCrossentropy(ignore=None))` does.
        """
        from rightloss.advice.weights import sample_weight

        contract = self._needed("sample_weight")
        counts = self._label_counts()
        ignore = contract.ignore
        return sample_weight(self.encode(labels), contract.labels, scheme, counts=counts, ignore=ignore, cap=cap)

    def weigh(self, dataset: Any, *, scheme: Scheme = "balanced", cap: float | None = CAP) -> Any:
        """A `tf.data.Dataset` of (x, encoded y) as one of (x, y, weight); see `sample_weight`."""
        from rightloss.views.labels.weigh import weigh_dataset

        return weigh_dataset(dataset, self._needed("weigh"), self._label_counts(), scheme, cap)

    def _label_counts(self) -> Any:
        from rightloss.views.labels.weigh import counts_of

        if self.imbalance is None or self.contract is None:
            raise NoCrossEntropyFits(
                "the labels were not counted: they are probabilities, or there are too many classes",
                expected="labels whose classes can be counted",
                fix="rightloss.advice.weights.sample_weight(y, encoding, counts=...)",
            )
        return counts_of(self.imbalance, self.contract)

    def decode(self, predictions: Any, *, thresholds: Any = None, decision: Decision | None = None) -> Any:
        """Predictions as class names, or rows of 0 and 1 for labels that can be true together.

        Args:
            predictions: what the model gives out.
            thresholds: cuts in place of 0.5 (or 0 for raw scores), one or one for each label.
            decision: of `decision()`, in place of thresholds.
        """
        contract = self._needed("decode")
        if decision is None:
            from rightloss.views.labels.encode import decode

            return decode(predictions, contract, self.classes, thresholds)
        from rightloss.views.labels import decide

        return decide.names(decision.ids(decide.log_p(predictions, contract)), contract, self.classes)

    def decision(self, labels: Any = None, predictions: Any = None) -> Decision:
        """How to read predictions for the goal that `select` was given; keep it beside the model (`to_json`).

        Args:
            labels: of validation rows that training never saw; only remedies without a choice can do without.
            predictions: what the model gives out for them.

        Raises:
            WrongArgument: no goal was stated, or validation rows are needed.
        """
        contract = self._needed("decision")
        if self.goal is None or self.remedy is None or self.imbalance is None:
            raise WrongArgument(
                "decision() without a goal", expected="advice for a goal", fix='rightloss.select(y, goal="macro_f1")'
            )
        from rightloss.advice.decision import decide as decide_for

        if labels is None or predictions is None:
            return decide_for(self.remedy.kind, self.goal, self.imbalance)
        from rightloss.views.labels import decide

        truth, log_p = decide.truth(self.encode(labels), contract), decide.log_p(predictions, contract)
        return decide_for(self.remedy.kind, self.goal, self.imbalance, truth, log_p)

    def probabilities(self, predictions: Any, *, decision: Decision) -> Any:
        """Predictions as the probabilities a decision takes them for: calibrated, under the frequencies it is for."""
        from rightloss.views.labels import decide

        contract = self._needed("probabilities")
        return decide.probabilities(decision.log_probabilities(decide.log_p(predictions, contract)), contract)

    def code(self) -> str:
        """A complete script: labels, last layer, loss, metrics, fit, reading of predictions."""
        from rightloss.contract.snippet import snippet

        contract = self._needed("code")
        prepare = () if self.preparation is None else self.preparation.lines()
        return snippet(
            contract,
            preparation=self.preparation,
            lines=prepare,
            classes=self.classes,
            watch=self.watch,
            after=self._decided_lines(),
        )

    def _decided_lines(self) -> list[str]:
        """How the goal reads predictions instead, as a comment: it needs this advice, which a script does not have."""
        lines = () if self.remedy is None else self.remedy.code
        if not any("decision" in line for line in lines):
            return []
        return ["", f"# For {self.goal}, with the advice of rightloss.select:", *(f"# {line}" for line in lines)]

    @property
    def watch(self) -> tuple[Any, ...]:
        """The metric of the goal, beside those of the contract, as the call to write; none where it has none."""
        from rightloss.advice.metric import goal_metrics

        return () if self.contract is None else goal_metrics(self.goal, self.contract)

    @property
    def prior_bias(self) -> float | list[float] | None:
        """Where the last layer should start so that the first predictions are the class frequencies."""
        from rightloss.contract.prior import prior_bias

        if self.contract is None or self.imbalance is None:
            return None
        return prior_bias(self.contract, self.imbalance.counts, self.imbalance.totals)

    @property
    def first_loss(self) -> dict[str, float] | None:
        """The loss to expect before training: `uniform` from a bias of 0, `prior` from the class frequencies."""
        from rightloss.contract.prior import expected_first_loss

        if self.contract is None or self.imbalance is None:
            return None
        return expected_first_loss(self.contract, self.imbalance.counts, self.imbalance.totals)

    @property
    def baseline(self) -> dict[str, float] | None:
        """What the best constant answer scores on each metric: a model must beat this."""
        from rightloss.contract.prior import trivial_scores

        if self.contract is None or self.imbalance is None:
            return None
        return trivial_scores(self.contract, self.imbalance.counts, self.imbalance.totals)

    def _needed(self, wanted: str) -> Contract:
        if self.contract is None:
            raise NoCrossEntropyFits(
                f"{wanted} was asked for, but no cross-entropy fits these labels: {self.reading.title}",
                expected="labels that are classes",
                fix=self.reading.instead,
            )
        return self.contract

    def to_json(self) -> dict[str, Any]:
        """The documented object, with `version`."""
        return {"version": JSON_VERSION, **self.body()}

    def body(self) -> dict[str, Any]:
        """The documented object of one output."""
        return {
            "task": self.task,
            "contract": None if self.contract is None else self.contract.to_json(),
            "alternatives": [{"contract": each.contract.to_json(), "why": each.why} for each in self.alternatives],
            "questions": [question.to_json() for question in self.questions],
            "facts": list(self.facts),
            "preparation": None if self.preparation is None else self.preparation.to_json(),
            "reason": self.reason,
            "imbalance": None if self.imbalance is None else self.imbalance.to_json(),
            "structure": None if self.structure is None else self.structure.to_json(),
            "remedy": None if self.remedy is None else self.remedy.to_json(),
            "first_loss": self.first_loss,
            "baseline": self.baseline,
            "conflicts": [finding.to_json() for finding in self.conflicts],
            "code": None if self.contract is None else self.code(),
        }

    def __str__(self) -> str:
        from rightloss.render.advice import to_text

        return to_text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from rightloss.render.advice_html import to_html

        return to_html(self)

    @property
    def per_position(self) -> bool:
        """Whether one example has many labels: one for each token or pixel."""
        return self.contract is not None and self.contract.positions is not Positions.EXAMPLE


class Several(Mapping[str | None, Advice]):
    """Advice for several outputs, by name. Give Keras `losses()` and `metrics()` as they are."""

    def __init__(self, outputs: Mapping[str | None, Advice]) -> None:
        self.outputs = dict(outputs)

    def __getitem__(self, name: str | None) -> Advice:
        return self.outputs[name]

    def __iter__(self) -> Iterator[str | None]:
        return iter(self.outputs)

    def __len__(self) -> int:
        return len(self.outputs)

    def loss(self) -> dict[str | None, Any]:
        """{output: loss}, as `model.compile` takes it."""
        return {name: advice.loss() for name, advice in self.outputs.items()}

    def metrics(self) -> dict[str | None, list[Any]]:
        """{output: metrics}, as `model.compile` takes it."""
        return {name: advice.metrics() for name, advice in self.outputs.items()}

    def sample_weight(self, labels: Mapping[str | None, Any], **told: Any) -> dict[str | None, Any]:
        """{output: weights}, as `model.fit` takes them; keywords as in `Advice.sample_weight`."""
        return {name: advice.sample_weight(labels[name], **told) for name, advice in self.outputs.items()}

    def to_json(self) -> dict[str, Any]:
        """{version, outputs: {name: the object of one output}}."""
        return {"version": JSON_VERSION, "outputs": {str(name): advice.body() for name, advice in self.outputs.items()}}

    def __str__(self) -> str:
        return "\n".join(f"output {name!r}\n{advice}" for name, advice in self.outputs.items())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from rightloss.render.advice_html import several_to_html

        return several_to_html(self)
