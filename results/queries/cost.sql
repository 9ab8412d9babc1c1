-- Table 8 with what a seed cost: means over the seeds of epochs, seconds of training (all epochs, validation not counted) and of
-- evaluation (all conditions and draws); the greatest resident memory of a process. Times differ from run to run.
SELECT coalesce(nullif(trim(w.dataset_label), ''), w.name) AS dataset, w.synthetic, t.label AS model, t.remark,
       t.seeds, t.planned, c.parameters, c.devices, c.ranks, c.epochs, c.train_seconds, c.evaluate_seconds, c.peak_mib
  FROM setups t JOIN setup_costs c USING (setup_id)
 CROSS JOIN sweep w
 WHERE t.headline
 ORDER BY CASE t.label WHEN 'without' THEN 1 WHEN 'MissModal' THEN 2 ELSE 0 END, t.position, t.remark;
