-- Who ran what when: each rank of each attempt, in seconds since its run was started. ended: that of the run's last event for
-- what goes on or was left running when its run was killed. death: 1 where a process or a device gave up (ending says how).
WITH lasts AS (
  SELECT p.run, max(coalesce(v.ended_unix, 0), coalesce(max(a.ended_unix), 0), coalesce(max(a.started_unix), 0), p.started_unix)
         AS last_unix
    FROM provenance p LEFT JOIN verdict v ON v.run = p.run LEFT JOIN attempts a ON a.run = p.run
   GROUP BY p.run)
SELECT coalesce(nullif(trim(w.dataset_label), ''), w.name) AS dataset, w.synthetic, a.run, m.rank, m.host, m.device, a.cell,
       a.attempt, coalesce(a.failure, a.state) AS ending,
       coalesce(a.failure IN ('lost', 'hung', 'crashed', 'out_of_memory'), 0) AS death,
       round(a.started_unix - p.started_unix, 3) AS started,
       round(coalesce(a.ended_unix, l.last_unix) - p.started_unix, 3) AS ended,
       round(l.last_unix - p.started_unix, 3) AS run_seconds
  FROM attempts a
  JOIN attempt_members m ON m.cell = a.cell AND m.attempt = a.attempt
  JOIN provenance p ON p.run = a.run
  JOIN lasts l ON l.run = a.run
 CROSS JOIN sweep w
 ORDER BY a.run, m.rank, a.started_unix, a.assignment;
