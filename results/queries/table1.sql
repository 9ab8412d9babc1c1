-- Table 1: complete modalities.
-- Accuracies and F1 in percent; mean and sd (n-1) over seeds. The last model is the paired difference on the same seeds.
SELECT (SELECT dataset_label FROM sweep) AS dataset, (SELECT synthetic FROM sweep) AS synthetic,
       model, remark, seeds, planned, collapsed,
       round(100 * acc2_has0, 2) AS acc2_has0, round(100 * acc2_has0_sd, 2) AS acc2_has0_sd,
       round(100 * f1_has0, 2) AS f1_has0, round(100 * f1_has0_sd, 2) AS f1_has0_sd,
       round(100 * acc2_non0, 2) AS acc2_non0, round(100 * acc2_non0_sd, 2) AS acc2_non0_sd,
       round(100 * f1_non0, 2) AS f1_non0, round(100 * f1_non0_sd, 2) AS f1_non0_sd,
       round(100 * acc7, 2) AS acc7, round(100 * acc7_sd, 2) AS acc7_sd,
       round(100 * acc5, 2) AS acc5, round(100 * acc5_sd, 2) AS acc5_sd,
       round(mae, 3) AS mae, round(mae_sd, 3) AS mae_sd,
       round(corr, 3) AS corr, round(corr_sd, 3) AS corr_sd
  FROM comparison
 WHERE family = 'complete'
   AND (terms = '' OR terms = 'task+geo+dis+sem' AND route = 'subset' OR terms = 'task' AND route = 'full')
 ORDER BY place, position, remark;
