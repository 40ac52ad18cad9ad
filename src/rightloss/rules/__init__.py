"""All rules, sorted by code. A rule is one file and one line here; a test forbids forgetting the line."""

from __future__ import annotations

from rightloss.rules._rule import Outcome, Page, Rule, Subject
from rightloss.rules.rl101_labels_do_not_fit_loss import labels_do_not_fit_loss
from rightloss.rules.rl102_labels_out_of_range import labels_out_of_range
from rightloss.rules.rl103_labels_missing import labels_missing
from rightloss.rules.rl104_rows_not_a_distribution import rows_not_a_distribution
from rightloss.rules.rl105_single_class_labels import single_class_labels
from rightloss.rules.rl106_labels_not_numeric import labels_not_numeric
from rightloss.rules.rl107_classes_differ_between_splits import classes_differ_between_splits
from rightloss.rules.rl108_labels_look_continuous import labels_look_continuous
from rightloss.rules.rl109_labels_not_representable import labels_not_representable
from rightloss.rules.rl201_activated_output_read_as_logits import activated_output_read_as_logits
from rightloss.rules.rl202_logits_read_as_probabilities import logits_read_as_probabilities
from rightloss.rules.rl203_activation_does_not_fit_loss import activation_does_not_fit_loss
from rightloss.rules.rl204_softmax_over_one_unit import softmax_over_one_unit
from rightloss.rules.rl205_units_do_not_fit_labels import units_do_not_fit_labels
from rightloss.rules.rl206_wrong_class_axis import wrong_class_axis
from rightloss.rules.rl207_output_shape_does_not_fit_labels import output_shape_does_not_fit_labels
from rightloss.rules.rl208_exclusive_classes_as_independent import exclusive_classes_as_independent
from rightloss.rules.rl209_gradient_dies_when_saturated import gradient_dies_when_saturated
from rightloss.rules.rl301_regression_loss_on_classes import regression_loss_on_classes
from rightloss.rules.rl302_loss_arguments_swapped import loss_arguments_swapped
from rightloss.rules.rl303_loss_option_without_effect import loss_option_without_effect
from rightloss.rules.rl304_custom_loss_broadcasts import custom_loss_broadcasts
from rightloss.rules.rl305_bounded_output_for_unbounded_target import bounded_output_for_unbounded_target
from rightloss.rules.rl401_metric_thresholds_logits import metric_thresholds_logits
from rightloss.rules.rl402_metric_does_not_fit_labels import metric_does_not_fit_labels
from rightloss.rules.rl403_metric_ignores_mask import metric_ignores_mask
from rightloss.rules.rl404_metric_misleads_under_imbalance import metric_misleads_under_imbalance
from rightloss.rules.rl405_accuracy_of_quantities import accuracy_of_quantities
from rightloss.rules.rl501_class_weight_does_not_fit_labels import class_weight_does_not_fit_labels
from rightloss.rules.rl502_weights_rescale_the_loss import weights_rescale_the_loss
from rightloss.rules.rl503_sample_weight_does_not_fit import sample_weight_does_not_fit
from rightloss.rules.rl601_predictions_misread import predictions_misread
from rightloss.rules.rl701_reported_loss_differs_from_predictions import reported_loss_differs_from_predictions
from rightloss.rules.rl702_loss_negative_or_not_finite import loss_negative_or_not_finite
from rightloss.rules.rl703_loss_at_chance import loss_at_chance

RULES: tuple[Rule, ...] = (
    labels_do_not_fit_loss,
    labels_out_of_range,
    labels_missing,
    rows_not_a_distribution,
    single_class_labels,
    labels_not_numeric,
    classes_differ_between_splits,
    labels_look_continuous,
    labels_not_representable,
    activated_output_read_as_logits,
    logits_read_as_probabilities,
    activation_does_not_fit_loss,
    softmax_over_one_unit,
    units_do_not_fit_labels,
    wrong_class_axis,
    output_shape_does_not_fit_labels,
    exclusive_classes_as_independent,
    gradient_dies_when_saturated,
    regression_loss_on_classes,
    loss_arguments_swapped,
    loss_option_without_effect,
    custom_loss_broadcasts,
    bounded_output_for_unbounded_target,
    metric_thresholds_logits,
    metric_does_not_fit_labels,
    metric_ignores_mask,
    metric_misleads_under_imbalance,
    accuracy_of_quantities,
    class_weight_does_not_fit_labels,
    weights_rescale_the_loss,
    sample_weight_does_not_fit,
    predictions_misread,
    reported_loss_differs_from_predictions,
    loss_negative_or_not_finite,
    loss_at_chance,
)

BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}

__all__ = ["BY_CODE", "RULES", "Outcome", "Page", "Rule", "Subject"]
