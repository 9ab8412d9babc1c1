-- Table 8: trainable numbers of each model, counting only what is used: `without` has one fusion, MissModal seven.
SELECT coalesce(nullif(trim(w.dataset_label), ''), w.name) AS dataset, w.synthetic, t.label AS model, t.remark,
       t.seeds, t.planned, c.parameters
  FROM setups t JOIN setup_costs c USING (setup_id)
 CROSS JOIN sweep w
 WHERE t.headline
 ORDER BY CASE t.label WHEN 'without' THEN 1 WHEN 'MissModal' THEN 2 ELSE 0 END, t.position, t.remark;
