-- Table 6: a single modality for everyone.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired
-- difference on the same seeds, with its 95 % interval (low, high) and exact sign-flip p, at best smallest_p.
SELECT dataset, synthetic, model, remark, subset,
       seeds, planned, collapsed, stale, undefined,
       acc2_has0, acc2_has0_sd, f1_has0, f1_has0_sd, acc2_non0, acc2_non0_sd, f1_non0, f1_non0_sd, acc7,
       acc7_sd, acc3, acc3_sd, mae, mae_sd, corr, corr_sd, smallest_p,
       acc2_has0_low, acc2_has0_high, acc2_has0_p, f1_has0_low, f1_has0_high, f1_has0_p,
       acc2_non0_low, acc2_non0_high, acc2_non0_p, f1_non0_low, f1_non0_high, f1_non0_p,
       acc7_low, acc7_high, acc7_p, acc3_low, acc3_high, acc3_p, mae_low, mae_high, mae_p,
       corr_low, corr_high, corr_p
  FROM comparison
 WHERE family = 'subset' AND subset IN ('T', 'A', 'V') AND headline
 ORDER BY CASE subset WHEN 'T' THEN 1 WHEN 'A' THEN 2 ELSE 3 END, place, position, remark;
