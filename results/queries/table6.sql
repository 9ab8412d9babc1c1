-- Table 6: a single modality for everyone.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired difference on the same seeds.
SELECT dataset, synthetic, model, remark, subset,
       seeds, planned, collapsed, stale, undefined,
       acc2_has0, acc2_has0_sd, f1_has0, f1_has0_sd, acc2_non0, acc2_non0_sd, f1_non0, f1_non0_sd, acc7,
       acc7_sd, mae, mae_sd, corr, corr_sd
  FROM comparison
 WHERE family = 'subset' AND subset IN ('T', 'A', 'V') AND headline
 ORDER BY CASE subset WHEN 'T' THEN 1 WHEN 'A' THEN 2 ELSE 3 END, place, position, remark;
