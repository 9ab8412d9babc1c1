-- The searches: each trial's score on the validation split, by which the winner is chosen, one row for each parameter of its
-- point. Until a winner is chosen the score is the MAE on complete modalities. score is NULL until the trial is accepted;
-- chosen: 1 for the winner's value of that parameter.
WITH searches AS (
  SELECT name, position, selected_point, coalesce(json_extract(selected_basis, '$.metric'), 'mae') AS metric,
         coalesce(json_extract(selected_basis, '$.condition'), 'complete') AS condition,
         coalesce(json_extract(selected_basis, '$.goal'), 'minimize') AS goal
    FROM stages WHERE kind = 'search' AND position IS NOT NULL)
SELECT coalesce(nullif(trim(w.dataset_label), ''), w.name) AS dataset, w.synthetic, s.name AS stage, p.plan_index AS trial,
       c.state, s.metric, s.condition, s.goal,
       CASE WHEN c.state = 'accepted' THEN
         CASE s.metric WHEN 'mae' THEN m.mae WHEN 'corr' THEN m.corr WHEN 'acc7' THEN m.acc7 WHEN 'acc5' THEN m.acc5 WHEN 'acc3' THEN m.acc3
                       WHEN 'acc2_has0' THEN m.acc2_has0 WHEN 'f1_has0' THEN m.f1_has0 WHEN 'acc2_non0' THEN m.acc2_non0
                       WHEN 'f1_non0' THEN m.f1_non0 END END AS score,
       j.key AS parameter, j.value, coalesce(j.value IS (SELECT k.value FROM json_each(s.selected_point) k WHERE k.key = j.key), 0)
         AS chosen
  FROM searches s
  JOIN stage_cells p ON p.stage = s.name
  JOIN cells c ON c.id = p.cell
 CROSS JOIN json_each(p.point) j
  LEFT JOIN asked a ON a.condition = s.condition
  LEFT JOIN metrics m ON m.cell = c.id AND m.split = 'valid' AND m.family = a.family AND m.subset = a.subset
                     AND m.rate_percent = a.rate_percent AND m.rates = a.rates AND m.kind = a.kind
 CROSS JOIN sweep w
 ORDER BY s.position, p.plan_index, j.key;
