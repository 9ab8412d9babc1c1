-- Table 1: complete modalities.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired difference on the same seeds.
SELECT dataset, synthetic, model, remark,
       seeds, planned, collapsed, stale, undefined,
       acc2_has0, acc2_has0_sd, f1_has0, f1_has0_sd, acc2_non0, acc2_non0_sd, f1_non0, f1_non0_sd, acc7,
       acc7_sd, acc5, acc5_sd, mae, mae_sd, corr, corr_sd
  FROM comparison
 WHERE family = 'complete' AND headline
 ORDER BY place, position, remark;
