# gnuplot draws this: gantt
set encoding utf8
name = "./gantt"
data = name.'.dat'
title = "Gantt chart: who ran what when"."\n"."MOSI".": each attempt by how it ended; runs end to end"
do for [kind in 'svg pdf png'] {
reset
if (kind eq 'svg') { set terminal svg noenhanced size 960,242 font 'sans-serif,13' background '#ffffff' }
if (kind eq 'pdf') { set terminal pdfcairo noenhanced size 6.40in,1.61in font 'sans-serif,7' linewidth .7 pointscale .6 }
if (kind eq 'png') { set terminal pngcairo noenhanced size 1920,484 font 'sans-serif,20' linewidth 2 pointscale 1.4 }
set output name.'.'.kind
set datafile missing 'NaN'
set title title
set border 3 lc rgb '#595959'; set tics nomirror out; set grid x lc rgb '#d9d9d9' dashtype 1
set key outside below center horizontal Left reverse spacing 1.4
set xrange [0:0.07]; set yrange [2.6:0.4]; set ytics 1; set xlabel 'time (s)' offset 0,.5; set ylabel 'rank'
plot data index 0 using 2:1:2:3:($1-.38):($1+.38) with boxxyerror fillstyle solid 1 border lc rgb '#404040' fillcolor rgb '#56b4e9' linewidth .5 title 'accepted (32)'
set output
}
