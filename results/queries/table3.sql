-- Table 3: audio or vision missing for 50 and 90 % of the utterances (the paper's table for MOSI; the query is that of
-- table4.sql); each score is the mean over the mask draws.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired difference on the same seeds.
SELECT (SELECT dataset_label FROM sweep) AS dataset, (SELECT synthetic FROM sweep) AS synthetic,
       model, remark, family AS missing, rate_percent, seeds, planned, collapsed,
       round(100 * acc2_has0, 2) AS acc2_has0, round(100 * acc2_has0_sd, 2) AS acc2_has0_sd,
       round(100 * f1_has0, 2) AS f1_has0, round(100 * f1_has0_sd, 2) AS f1_has0_sd,
       round(100 * acc2_non0, 2) AS acc2_non0, round(100 * acc2_non0_sd, 2) AS acc2_non0_sd,
       round(100 * f1_non0, 2) AS f1_non0, round(100 * f1_non0_sd, 2) AS f1_non0_sd,
       round(100 * acc7, 2) AS acc7, round(100 * acc7_sd, 2) AS acc7_sd,
       round(mae, 3) AS mae, round(mae_sd, 3) AS mae_sd,
       round(corr, 3) AS corr, round(corr_sd, 3) AS corr_sd
  FROM comparison
 WHERE family IN ('audio', 'vision') AND rate_percent IN (50, 90)
   AND (terms = '' OR terms = 'task+geo+dis+sem' AND route = 'subset' OR terms = 'task' AND route = 'full')
 ORDER BY family, rate_percent, place, position, remark;
