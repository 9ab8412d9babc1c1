-- Figure 3 (MOSI) and 4 (MOSEI): the curve of text missing, from 0 % (complete) to 90 %, with and without MissModal.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired difference on the same seeds.
SELECT dataset, synthetic, model, remark, rate_percent,
       seeds, planned, collapsed, stale, draws, undefined,
       acc2_has0, acc2_has0_sd, f1_has0, f1_has0_sd, acc2_non0, acc2_non0_sd, f1_non0, f1_non0_sd, acc7,
       acc7_sd, mae, mae_sd, corr, corr_sd
  FROM comparison
 WHERE family IN ('complete', 'text') AND headline
 ORDER BY rate_percent, place, position, remark;
