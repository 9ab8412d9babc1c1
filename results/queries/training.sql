-- The trainings of MissModal, `without` and other models, seed by seed and epoch by epoch: total loss (mean over samples) and
-- MAE on the validation split with complete modalities.
SELECT coalesce(nullif(trim(w.dataset_label), ''), w.name) AS dataset, w.synthetic, t.label AS model, t.remark, r.seed, e.epoch,
       round(json_extract(e.losses, '$.total'), 6) AS loss, round(e.valid_mae, 6) AS valid_mae, e.best
  FROM setups t
  JOIN repeat_cells r ON r.setup_id = t.setup_id
  JOIN epochs e ON e.cell = r.cell
 CROSS JOIN sweep w
 WHERE t.headline AND r.state = 'accepted'
 ORDER BY CASE t.label WHEN 'without' THEN 1 WHEN 'MissModal' THEN 2 ELSE 0 END, t.position, t.remark, r.seed, e.epoch;
