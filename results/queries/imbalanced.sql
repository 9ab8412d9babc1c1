-- Imbalanced missing rates: text, audio and vision each missing for a share of the utterances, independently; whoever would
-- lose all three keeps one. realised: those shares in percent, in expectation over all masks. Scores are means over the draws.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired difference on the same seeds.
SELECT dataset, synthetic, model, remark, condition, realised,
       seeds, planned, collapsed, stale, draws, undefined,
       acc2_has0, acc2_has0_sd, f1_has0, f1_has0_sd, acc2_non0, acc2_non0_sd, f1_non0, f1_non0_sd, acc7,
       acc7_sd, mae, mae_sd, corr, corr_sd
  FROM comparison JOIN imbalanced_shares USING (rates)
 WHERE family = 'imbalanced' AND headline
 ORDER BY rates, place, position, remark;
