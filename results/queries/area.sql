-- The area under each curve of scores over the nominal missing rates, from complete (rate 0) on, divided by its range: each
-- seed's by the trapezoid rule. Not defined for a seed whose curve lacks a point.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired
-- difference on the same seeds, with its 95 % interval (low, high) and exact sign-flip p, at best smallest_p.
SELECT dataset, synthetic, model, remark, family,
       seeds, planned, collapsed, stale, draws, undefined,
       acc2_has0, acc2_has0_sd, f1_has0, f1_has0_sd, acc2_non0, acc2_non0_sd, f1_non0, f1_non0_sd, acc7,
       acc7_sd, acc5, acc5_sd, acc3, acc3_sd, mae, mae_sd, corr, corr_sd, smallest_p,
       acc2_has0_low, acc2_has0_high, acc2_has0_p, f1_has0_low, f1_has0_high, f1_has0_p,
       acc2_non0_low, acc2_non0_high, acc2_non0_p, f1_non0_low, f1_non0_high, f1_non0_p,
       acc7_low, acc7_high, acc7_p, acc5_low, acc5_high, acc5_p, acc3_low, acc3_high, acc3_p,
       mae_low, mae_high, mae_p, corr_low, corr_high, corr_p
  FROM area_comparison
 WHERE headline
 ORDER BY family, place, position, remark;
