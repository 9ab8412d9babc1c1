# *.sql.in -> plain SQL: every line with {metric} once for each metric, the formulas below in place of their names.
# The formulas stand here alone, so that every mean over seeds obeys the same rule: none where a seed's score is NULL.
set(METRICS acc2_has0 f1_has0 acc2_non0 f1_non0 acc7 acc5 mae corr)
set(MEAN "CASE WHEN count({metric}) = sum(present) THEN sum({metric}) / count({metric}) END")
set(DEVIATION "CASE WHEN count({metric}) = sum(present) THEN sqrt(max(0, (sum({metric} * {metric}) \
- sum({metric}) * sum({metric}) / count({metric})) / nullif(count({metric}) - 1, 0))) END")
set(COUNT_UNDEFINED "CASE WHEN count({metric}) < sum(present) THEN ' {metric}=' || (sum(present) - count({metric})) \
ELSE '' END")
set(DRAWS "CASE WHEN min(draws) = max(draws) THEN min(draws) ELSE min(draws) || ' to ' || max(draws) END")

# Sets `result` to the SQL of `template`.
function(write_views template result)
  file(READ ${template} sql)
  foreach(formula MEAN DEVIATION COUNT_UNDEFINED DRAWS)
    string(TOLOWER "{${formula}}" name)
    string(REPLACE "${name}" "${${formula}}" sql "${sql}")
  endforeach()
  string(REGEX MATCHALL "[^\n;]*{(metric|scaled)}[^\n;]*\n" lines "${sql}")
  list(REMOVE_DUPLICATES lines)
  foreach(line IN LISTS lines)
    set(copies "")
    foreach(metric IN LISTS METRICS)
      set(copy "${line}")
      if(metric MATCHES "^(acc|f1)")  # a share, printed in percent
        string(REPLACE "{scaled" "100 * {scaled" copy "${copy}")
        string(REPLACE "{digits}" 2 copy "${copy}")
      endif()
      string(REPLACE "{scaled}" "c.{metric}" copy "${copy}")
      string(REPLACE "{scaled_sd}" "c.{metric}_sd" copy "${copy}")
      string(REPLACE "{scaled_low}" "(c.{metric} - c.reach * c.{metric}_sd)" copy "${copy}")
      string(REPLACE "{scaled_high}" "(c.{metric} + c.reach * c.{metric}_sd)" copy "${copy}")
      string(REPLACE "{digits}" 3 copy "${copy}")
      string(REPLACE "{metric}" ${metric} copy "${copy}")
      string(APPEND copies "${copy}")
    endforeach()
    string(REPLACE "${line}" "${copies}" sql "${sql}")
  endforeach()
  set(${result} "${sql}" PARENT_SCOPE)
endfunction()
