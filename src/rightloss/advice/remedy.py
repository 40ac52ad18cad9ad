"""What helps for a goal: one remedy, with its source, its conditions, its effect on probabilities and the way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rightloss.contract import Term


class Kind(Term):
    """The remedies; the sentence is what they do."""

    NOTHING = "nothing", "Train the plain cross-entropy and read predictions as usual."
    COLLECT = "collect", "No loss and no threshold helps: there are too few examples to tell."
    TEMPERATURE = "temperature", "Divide the raw scores by one number chosen on validation rows."
    LOGIT_ADJUSTMENT = "logit-adjustment", "After training, divide each class by its frequency to the power tau."
    PRIOR_SHIFT = "prior-shift", "After training, multiply each class by its new frequency over its old one."
    PRIOR_LOSS = "prior-adjusted-loss", "Train with the class frequencies added to the raw scores inside the loss."
    LATE_WEIGHTS = "late-weights", "Train plainly, and switch class weights on for the last part."
    THRESHOLD = "threshold", "Say yes above a cut chosen on validation rows."
    EXPECTED_COST = "expected-cost", "Take the decision with the least expected cost."
    FOCAL_LOSS = "focal-loss", "Train with a loss in which cells that are already right count little."
    ORDINAL_LOSS = "ordinal-loss", "Train one question for each step of the order (CORN)."

    @property
    def moves_prior(self) -> bool:
        """Whether it changes how frequent classes are taken to be. Two of these together correct twice."""
        return self in (Kind.LOGIT_ADJUSTMENT, Kind.PRIOR_SHIFT, Kind.PRIOR_LOSS, Kind.LATE_WEIGHTS)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a kind of remedy rests on, what it does to probabilities, and how that is undone."""

    source: str
    probabilities: str
    undo: str


_UNTOUCHED = "unchanged"
EFFECTS: dict[Kind, Effect] = {
    Kind.NOTHING: Effect(
        "Cross-entropy is a proper score: its optimum is the class probability (Gneiting, Raftery, Strictly Proper "
        "Scoring Rules, JASA 2007). Balancing distorts it, seldom ranks better (van den Goorbergh et al., JAMIA 2022)",
        _UNTOUCHED,
        "nothing to undo",
    ),
    Kind.COLLECT: Effect(
        "With 20 positives the 95 % interval of a recall of 0.8 runs from 0.58 to 0.92 (Wilson, JASA 1927)",
        _UNTOUCHED,
        "nothing to undo",
    ),
    Kind.TEMPERATURE: Effect(
        "Guo et al., On Calibration of Modern Neural Networks, ICML 2017",
        "less sure, or surer, all alike; their order stays",
        "multiply the raw scores by the temperature",
    ),
    Kind.LOGIT_ADJUSTMENT: Effect(
        "Menon et al., Long-Tail Learning via Logit Adjustment, ICLR 2021, equation 9",
        "those of the model stay, only the decision moves; advice.probabilities with the decision gives the moved ones",
        "decode without the decision",
    ),
    Kind.PRIOR_SHIFT: Effect(
        "Saerens, Latinne, Decaestecker, Adjusting the Outputs of a Classifier to New a Priori Probabilities, Neural "
        "Computation 2002, equation 2.4",
        "become those of the place of use",
        "decode without the decision: the model gives out probabilities under the training frequencies",
    ),
    Kind.PRIOR_LOSS: Effect(
        "Ren et al., Balanced Meta-Softmax, NeurIPS 2020; Menon et al., ICLR 2021, equation 10",
        "as if all classes were equally frequent: rare classes come out too likely",
        "add tau * log(prior) to the raw scores",
    ),
    Kind.LATE_WEIGHTS: Effect(
        "Cao et al., Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss, NeurIPS 2019 (deferred "
        "re-weighting)",
        "rare classes come out too likely",
        "subtract log(weights) from the raw scores; roughly, as the weights acted for a part of the training only",
    ),
    Kind.THRESHOLD: Effect(
        "Lipton, Elkan, Naryanaswamy, Optimal Thresholding of Classifiers to Maximize F1 Measure, ECML 2014",
        "those of the model stay; only the decision moves",
        "decode without the decision",
    ),
    Kind.EXPECTED_COST: Effect(
        "Elkan, The Foundations of Cost-Sensitive Learning, IJCAI 2001, equation 1",
        "those of the model stay; only the decision moves",
        "decode without the decision",
    ),
    Kind.FOCAL_LOSS: Effect(
        "Lin et al., Focal Loss for Dense Object Detection, ICCV 2017",
        "too near one half: it is no proper score",
        "not exactly; a temperature on validation rows mends most of it",
    ),
    Kind.ORDINAL_LOSS: Effect(
        "Shi, Cao, Raschka, Deep Neural Networks for Rank-Consistent Ordinal Regression Based on Conditional "
        "Probabilities, Pattern Analysis and Applications 2023",
        "rightloss.losses.corn_probabilities makes class probabilities of the K - 1 outputs",
        "nothing to undo",
    ),
}


@dataclass(frozen=True)
class Remedy:
    """The answer for one goal. `alternatives` come instead of it, never on top."""

    kind: Kind
    goal: str
    why: str
    conditions: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    alternatives: tuple[Remedy, ...] = field(default=())

    @property
    def source(self) -> str:
        """The paper it rests on."""
        return EFFECTS[self.kind].source

    @property
    def probabilities(self) -> str:
        """What it does to predicted probabilities."""
        return EFFECTS[self.kind].probabilities

    @property
    def undo(self) -> str:
        """How to get the probabilities of the training data back."""
        return EFFECTS[self.kind].undo

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "kind": self.kind.value,
            "goal": self.goal,
            "what": self.kind.sentence,
            "why": self.why,
            "source": self.source,
            "conditions": list(self.conditions),
            "probabilities": self.probabilities,
            "undo": self.undo,
            "moves_prior": self.kind.moves_prior,
            "code": list(self.code),
            "alternatives": [each.to_json() for each in self.alternatives],
        }
