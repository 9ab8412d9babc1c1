-- Table 5: the ablation, every utterance reduced to a random subset (random, 100 %): all eight subsets of the losses
-- geo, dis and sem beside task. None of them is `without`, all of them MissModal. Mean over the mask draws.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired difference on the same seeds.
SELECT (SELECT dataset_label FROM sweep) AS dataset, (SELECT synthetic FROM sweep) AS synthetic, model, remark,
       CASE WHEN place = 3 THEN '' WHEN instr(terms, 'geo') THEN 'yes' ELSE 'no' END AS geo,
       CASE WHEN place = 3 THEN '' WHEN instr(terms, 'dis') THEN 'yes' ELSE 'no' END AS dis,
       CASE WHEN place = 3 THEN '' WHEN instr(terms, 'sem') THEN 'yes' ELSE 'no' END AS sem,
       seeds, planned, collapsed,
       round(100 * acc2_has0, 2) AS acc2_has0, round(100 * acc2_has0_sd, 2) AS acc2_has0_sd,
       round(100 * f1_has0, 2) AS f1_has0, round(100 * f1_has0_sd, 2) AS f1_has0_sd,
       round(100 * acc2_non0, 2) AS acc2_non0, round(100 * acc2_non0_sd, 2) AS acc2_non0_sd,
       round(100 * f1_non0, 2) AS f1_non0, round(100 * f1_non0_sd, 2) AS f1_non0_sd,
       round(100 * acc7, 2) AS acc7, round(100 * acc7_sd, 2) AS acc7_sd,
       round(mae, 3) AS mae, round(mae_sd, 3) AS mae_sd,
       round(corr, 3) AS corr, round(corr_sd, 3) AS corr_sd
  FROM comparison
 WHERE family = 'random' AND rate_percent = 100
   AND (terms = '' OR route = 'subset' OR terms = 'task' AND route = 'full')
 ORDER BY place = 3, length(terms) - length(replace(terms, '+', '')), instr(terms, 'geo') = 0,
          instr(terms, 'dis') = 0, position, remark;
