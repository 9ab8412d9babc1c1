-- Figure 7: what MissModal's first seed makes of some test utterances, before (initial model) and after training (the one that
-- was evaluated): a row for each subset and utterance. vector: its representation, little-endian float32 in hexadecimal.
-- No rows in a file without representations.
WITH subsets (subset, place) AS (VALUES ('TAV', 0), ('T', 1), ('A', 2), ('V', 3), ('TA', 4), ('TV', 5), ('AV', 6)),
first AS (
  SELECT r.cell, r.seed, t.label, t.remark, t.position, row_number() OVER (PARTITION BY r.setup_id ORDER BY r.position) AS place
    FROM setups t JOIN repeat_cells r ON r.setup_id = t.setup_id
   WHERE t.label = 'MissModal' AND EXISTS (SELECT 1 FROM embeddings e WHERE e.cell = r.cell))
SELECT coalesce(nullif(trim(w.dataset_label), ''), w.name) AS dataset, w.synthetic, f.label AS model, f.remark, f.seed, e.moment,
       s.subset, u.id, round(u.label, 6) AS label,
       lower(hex(substr(e.matrix, 1 + 4 * e.width * (s.place * json_array_length(e.positions) + p.key), 4 * e.width))) AS vector
  FROM first f
  JOIN embeddings e ON e.cell = f.cell
 CROSS JOIN subsets s
 CROSS JOIN json_each(e.positions) p
  JOIN utterances u ON u.split = e.split AND u.position = p.value
 CROSS JOIN sweep w
 WHERE f.place = 1
 ORDER BY f.position, f.remark, e.moment DESC, s.place, p.key;
