-- Table 5: the ablation, every utterance reduced to a random subset (random, 100 %): all eight subsets of the losses
-- geo, dis and sem beside task. None of them is `without`, all of them MissModal; other models and robust training have no
-- place in it. Mean over the mask draws.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired
-- difference on the same seeds, with its 95 % interval (low, high) and exact sign-flip p, at best smallest_p.
SELECT dataset, synthetic, model, remark,
       CASE WHEN place = 3 THEN '' WHEN instr(terms, 'geo') THEN 'yes' ELSE 'no' END AS geo,
       CASE WHEN place = 3 THEN '' WHEN instr(terms, 'dis') THEN 'yes' ELSE 'no' END AS dis,
       CASE WHEN place = 3 THEN '' WHEN instr(terms, 'sem') THEN 'yes' ELSE 'no' END AS sem,
       seeds, planned, collapsed, stale, draws, undefined,
       acc2_has0, acc2_has0_sd, f1_has0, f1_has0_sd, acc2_non0, acc2_non0_sd, f1_non0, f1_non0_sd, acc7,
       acc7_sd, acc3, acc3_sd, mae, mae_sd, corr, corr_sd, smallest_p,
       acc2_has0_low, acc2_has0_high, acc2_has0_p, f1_has0_low, f1_has0_high, f1_has0_p,
       acc2_non0_low, acc2_non0_high, acc2_non0_p, f1_non0_low, f1_non0_high, f1_non0_p,
       acc7_low, acc7_high, acc7_p, acc3_low, acc3_high, acc3_p, mae_low, mae_high, mae_p,
       corr_low, corr_high, corr_p
  FROM comparison
 WHERE family = 'random' AND rate_percent = 100 AND (place > 0 OR route = 'subset') AND model <> 'without + RT'
 ORDER BY place = 3, length(terms) - length(replace(terms, '+', '')), instr(terms, 'geo') = 0,
          instr(terms, 'dis') = 0, position, remark;
