# gnuplot draws this: training
set encoding utf8
name = "./training"
data = name.'.dat'
title = "Training: loss and validation MAE by epoch"."\n"."MOSI".": a line for each seed"
label_0 = "without, 5 seeds"
label_1 = "MissModal, 5 seeds"
do for [kind in 'svg pdf png'] {
reset
if (kind eq 'svg') { set terminal svg noenhanced size 960,360 font 'sans-serif,13' background '#ffffff' }
if (kind eq 'pdf') { set terminal pdfcairo noenhanced size 6.40in,2.40in font 'sans-serif,7' linewidth .7 pointscale .6 }
if (kind eq 'png') { set terminal pngcairo noenhanced size 1920,720 font 'sans-serif,20' linewidth 2 pointscale 1.4 }
set output name.'.'.kind
set datafile missing 'NaN'
set multiplot layout 1,3 title title
set border 3 lc rgb '#595959'; set xtics nomirror out; set ytics nomirror out; set grid lc rgb '#d9d9d9' dashtype 1; unset key
set xrange [1:4]; set xtics 1 nomirror out; set xlabel 'epoch'
set title 'loss'
set yrange [0.148:2.052]; set format y '%g'
plot data index 0 using 1:2 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 1 using 1:2 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 2 using 1:2 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 3 using 1:2 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 4 using 1:2 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 5 using 1:2 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle, \
  data index 6 using 1:2 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle, \
  data index 7 using 1:2 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle, \
  data index 8 using 1:2 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle, \
  data index 9 using 1:2 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle
set title 'MAE on the validation split'
set yrange [1.037:1.513]; set format y '%g'
plot data index 0 using 1:3 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 1 using 1:3 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 2 using 1:3 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 3 using 1:3 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 4 using 1:3 with lines lc rgb '#d55e00' dashtype 2 linewidth 1.2 notitle, \
  data index 5 using 1:3 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle, \
  data index 6 using 1:3 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle, \
  data index 7 using 1:3 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle, \
  data index 8 using 1:3 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle, \
  data index 9 using 1:3 with lines lc rgb '#0072b2' dashtype 1 linewidth 1.2 notitle
unset title; unset xlabel; unset border; unset tics; unset grid
set key at graph 0,.95 left top Left reverse samplen 4 spacing 1.25
set xrange [0:1]; set yrange [0:1]
plot 2 notitle, \
  keyentry with lines lc rgb '#d55e00' dashtype 2 linewidth 2 title label_0, \
  keyentry with lines lc rgb '#0072b2' dashtype 1 linewidth 2 title label_1
unset multiplot
set output
}
