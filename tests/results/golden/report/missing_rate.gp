# gnuplot draws this: missing_rate
set encoding utf8
name = "./missing_rate"
data = name.'.dat'
title = "Missing rate: from complete on, a share of all modalities missing, every utterance keeping one"."\n"."MOSI".": mean, and as a band mean ± standard deviation, over seeds"
label_0 = "without, 5/5 seeds"
label_1 = "MissModal, 5/5 seeds"
do for [kind in 'svg pdf png'] {
reset
if (kind eq 'svg') { set terminal svg noenhanced size 960,620 font 'sans-serif,13' background '#ffffff' }
if (kind eq 'pdf') { set terminal pdfcairo noenhanced size 6.40in,4.13in font 'sans-serif,7' linewidth .7 pointscale .6 }
if (kind eq 'png') { set terminal pngcairo noenhanced size 1920,1240 font 'sans-serif,20' linewidth 2 pointscale 1.4 }
set output name.'.'.kind
set datafile missing 'NaN'
set multiplot layout 2,3 title title
set border 3 lc rgb '#595959'; set xtics nomirror out; set ytics nomirror out; set grid lc rgb '#d9d9d9' dashtype 1; unset key
set xrange [0:70]; set xtics 20 nomirror out; set xlabel 'missing (%)'
set title 'Acc7 (%)'
set yrange [14.7268:68.1732]; set format y '%g'
plot data index 0 using 1:3:4 with filledcurves fc rgb '#d55e00' fillstyle transparent solid .18 noborder notitle, \
  data index 1 using 1:3:4 with filledcurves fc rgb '#0072b2' fillstyle transparent solid .18 noborder notitle, \
  data index 0 using 1:2 with linespoints lc rgb '#d55e00' dashtype 2 pointtype 9 linewidth 2 pointsize .7 notitle, \
  data index 1 using 1:2 with linespoints lc rgb '#0072b2' dashtype 1 pointtype 7 linewidth 2 pointsize .7 notitle
set title 'Acc2 non0 (%)'
set yrange [55.6494:103.261]; set format y '%g'
plot data index 0 using 1:6:7 with filledcurves fc rgb '#d55e00' fillstyle transparent solid .18 noborder notitle, \
  data index 1 using 1:6:7 with filledcurves fc rgb '#0072b2' fillstyle transparent solid .18 noborder notitle, \
  data index 0 using 1:5 with linespoints lc rgb '#d55e00' dashtype 2 pointtype 9 linewidth 2 pointsize .7 notitle, \
  data index 1 using 1:5 with linespoints lc rgb '#0072b2' dashtype 1 pointtype 7 linewidth 2 pointsize .7 notitle
set title 'F1 non0 (%)'
set yrange [56.7624:103.198]; set format y '%g'
plot data index 0 using 1:9:10 with filledcurves fc rgb '#d55e00' fillstyle transparent solid .18 noborder notitle, \
  data index 1 using 1:9:10 with filledcurves fc rgb '#0072b2' fillstyle transparent solid .18 noborder notitle, \
  data index 0 using 1:8 with linespoints lc rgb '#d55e00' dashtype 2 pointtype 9 linewidth 2 pointsize .7 notitle, \
  data index 1 using 1:8 with linespoints lc rgb '#0072b2' dashtype 1 pointtype 7 linewidth 2 pointsize .7 notitle
set title 'MAE'
set yrange [0.41752:1.26648]; set format y '%g'
plot data index 0 using 1:12:13 with filledcurves fc rgb '#d55e00' fillstyle transparent solid .18 noborder notitle, \
  data index 1 using 1:12:13 with filledcurves fc rgb '#0072b2' fillstyle transparent solid .18 noborder notitle, \
  data index 0 using 1:11 with linespoints lc rgb '#d55e00' dashtype 2 pointtype 9 linewidth 2 pointsize .7 notitle, \
  data index 1 using 1:11 with linespoints lc rgb '#0072b2' dashtype 1 pointtype 7 linewidth 2 pointsize .7 notitle
set title 'Corr'
set yrange [0.36182:0.98118]; set format y '%g'
plot data index 0 using 1:15:16 with filledcurves fc rgb '#d55e00' fillstyle transparent solid .18 noborder notitle, \
  data index 1 using 1:15:16 with filledcurves fc rgb '#0072b2' fillstyle transparent solid .18 noborder notitle, \
  data index 0 using 1:14 with linespoints lc rgb '#d55e00' dashtype 2 pointtype 9 linewidth 2 pointsize .7 notitle, \
  data index 1 using 1:14 with linespoints lc rgb '#0072b2' dashtype 1 pointtype 7 linewidth 2 pointsize .7 notitle
unset title; unset xlabel; unset border; unset tics; unset grid
set key at graph 0,.9 left top Left reverse samplen 4 spacing 1.25
set xrange [0:1]; set yrange [0:1]
plot 2 notitle, \
  keyentry with linespoints lc rgb '#d55e00' dashtype 2 pointtype 9 linewidth 2 pointsize .7 title label_0, \
  keyentry with linespoints lc rgb '#0072b2' dashtype 1 pointtype 7 linewidth 2 pointsize .7 title label_1
unset multiplot
set output
}
