-- Table 7: the test utterances for which MissModal and `without` differ most while one modality is missing: of each utterance
-- the modality that makes the greatest difference, of the first seed that both have, the ten greatest first. Not part of
-- any score. transcript is NULL where the dataset has none.
WITH differing AS (
  SELECT f.*, abs(f.missmodal - f.without) AS difference,
         row_number() OVER (PARTITION BY f.position ORDER BY abs(f.missmodal - f.without) DESC, f.place) AS rank
    FROM first_seed_predictions f)
SELECT coalesce(nullif(trim(w.dataset_label), ''), w.name) AS dataset, w.synthetic, d.seed, u.id, u.transcript, d.missing,
       round(u.label, 2) AS label, round(d.without, 2) AS without, round(d.missmodal, 2) AS "MissModal"
  FROM differing d JOIN utterances u ON u.split = 'test' AND u.position = d.position
 CROSS JOIN sweep w
 WHERE d.rank = 1 AND d.difference IS NOT NULL
 ORDER BY d.difference DESC, d.position LIMIT 10;
