# gnuplot draws this: figure7
set encoding utf8
name = "./figure7"
data = name.'.dat'
title = "Figure 7: t-SNE of the representations"."\n"."MOSI".": MissModal, seed 1111, 24 test utterances"
do for [kind in 'svg pdf png'] {
reset
if (kind eq 'svg') { set terminal svg noenhanced size 960,460 font 'sans-serif,13' background '#ffffff' }
if (kind eq 'pdf') { set terminal pdfcairo noenhanced size 6.40in,3.07in font 'sans-serif,7' linewidth .7 pointscale .6 }
if (kind eq 'png') { set terminal pngcairo noenhanced size 1920,920 font 'sans-serif,20' linewidth 2 pointscale 1.4 }
set output name.'.'.kind
set datafile missing 'NaN'
small = kind eq 'png' ? .55 : .38
set multiplot title title
set border 15 lc rgb '#595959'; unset tics; unset key; set margins 1,1,0,2
set origin 0,.17; set size .333,.70; set title 'before training, by modalities'
set xrange [-10.6058:10.6058]; set yrange [-10.6058:10.6058]
plot data index 0 using 1:2 with points lc rgb '#0072b2' pointtype 7 pointsize small linewidth .7 notitle, \
  data index 1 using 1:2 with points lc rgb '#d55e00' pointtype 9 pointsize small linewidth .7 notitle, \
  data index 2 using 1:2 with points lc rgb '#009e73' pointtype 5 pointsize small linewidth .7 notitle, \
  data index 3 using 1:2 with points lc rgb '#000000' pointtype 13 pointsize small linewidth .7 notitle, \
  data index 4 using 1:2 with points lc rgb '#cc79a7' pointtype 8 pointsize small linewidth .7 notitle, \
  data index 5 using 1:2 with points lc rgb '#e69f00' pointtype 10 pointsize small linewidth .7 notitle, \
  data index 6 using 1:2 with points lc rgb '#56b4e9' pointtype 4 pointsize small linewidth .7 notitle
set origin 0.333,.17; set size .333,.70; set title 'after training, by modalities'
set xrange [-17.3409:17.3409]; set yrange [-17.3409:17.3409]
plot data index 7 using 1:2 with points lc rgb '#0072b2' pointtype 7 pointsize small linewidth .7 notitle, \
  data index 8 using 1:2 with points lc rgb '#d55e00' pointtype 9 pointsize small linewidth .7 notitle, \
  data index 9 using 1:2 with points lc rgb '#009e73' pointtype 5 pointsize small linewidth .7 notitle, \
  data index 10 using 1:2 with points lc rgb '#000000' pointtype 13 pointsize small linewidth .7 notitle, \
  data index 11 using 1:2 with points lc rgb '#cc79a7' pointtype 8 pointsize small linewidth .7 notitle, \
  data index 12 using 1:2 with points lc rgb '#e69f00' pointtype 10 pointsize small linewidth .7 notitle, \
  data index 13 using 1:2 with points lc rgb '#56b4e9' pointtype 4 pointsize small linewidth .7 notitle
set origin 0.666,.17; set size .333,.70; set title 'after training, by sentiment'
set xrange [-17.3409:17.3409]; set yrange [-17.3409:17.3409]
plot data index 14 using 1:2 with points lc rgb '#d55e00' pointtype 11 pointsize small linewidth .7 notitle, \
  data index 15 using 1:2 with points lc rgb '#000000' pointtype 2 pointsize small linewidth .7 notitle, \
  data index 16 using 1:2 with points lc rgb '#0072b2' pointtype 6 pointsize small linewidth .7 notitle
unset title; unset border; set xrange [0:1]; set yrange [0:1]
set origin 0,0; set size 0.666,.17
set key at graph .5,.9 center top maxrows 1 Left reverse samplen 1 width 2
plot 2 notitle, \
  keyentry with points lc rgb '#0072b2' pointtype 7 pointsize 1 title 'TAV', \
  keyentry with points lc rgb '#d55e00' pointtype 9 pointsize 1 title 'T', \
  keyentry with points lc rgb '#009e73' pointtype 5 pointsize 1 title 'A', \
  keyentry with points lc rgb '#000000' pointtype 13 pointsize 1 title 'V', \
  keyentry with points lc rgb '#cc79a7' pointtype 8 pointsize 1 title 'TA', \
  keyentry with points lc rgb '#e69f00' pointtype 10 pointsize 1 title 'TV', \
  keyentry with points lc rgb '#56b4e9' pointtype 4 pointsize 1 title 'AV'
set origin 0.666,0; set size 0.333,.17
set key at graph .5,.9 center top maxrows 1 Left reverse samplen 1 width -1
plot 2 notitle, \
  keyentry with points lc rgb '#d55e00' pointtype 11 pointsize 1 title 'negative', \
  keyentry with points lc rgb '#000000' pointtype 2 pointsize 1 title 'neutral', \
  keyentry with points lc rgb '#0072b2' pointtype 6 pointsize 1 title 'positive'
unset multiplot
set output
}
