# gnuplot draws this: search
set encoding utf8
name = "./search"
data = name.'.dat'
title = "Stage search: MAE on complete, lower is better"."\n"."MOSI".": mean over the n trials that share both values; framed: the winner\047s"
axis_0 = "loss.alpha"
tic_0_0 = "0.3"
tic_0_1 = "0.7"
axis_1 = "loss.beta"
tic_1_0 = "0.32"
tic_1_1 = "0.64"
axis_2 = "loss.temperature"
tic_2_0 = "0.5"
tic_2_1 = "0.7"
tic_2_2 = "0.9"
do for [kind in 'svg pdf png'] {
reset
if (kind eq 'svg') { set terminal svg noenhanced size 1028,382 font 'sans-serif,13' background '#ffffff' }
if (kind eq 'pdf') { set terminal pdfcairo noenhanced size 6.85in,2.55in font 'sans-serif,7' linewidth .7 pointscale .6 }
if (kind eq 'png') { set terminal pngcairo noenhanced size 2056,764 font 'sans-serif,20' linewidth 2 pointscale 1.4 }
set output name.'.'.kind
set datafile missing 'NaN'
set multiplot title title
unset key; set border 0; set tics scale 0; unset colorbox
set bmargin at screen 0.21466; set tmargin at screen 0.81675
set palette defined (0 '#08306b', .5 '#3a83bd', 1 '#e7f1fa')
set cbrange [0.451142:0.53383]
white(v) = v < 0.492486 ? 0xffffff : 0
set lmargin at screen 0.08560; set rmargin at screen 0.30934; set xtics (tic_0_0 0, tic_0_1 1) norotate; set ytics (tic_1_0 0, tic_1_1 1)
set xlabel axis_0; set ylabel axis_1; set xrange [-.5:1.5]; set yrange [-.5:1.5]
plot data index 0 using 1:2:($1-.5):($1+.5):($2-.5):($2+.5):3 with boxxyerror fillstyle solid 1 noborder fillcolor palette, \
  data index 0 using ($5 == 1 ? $1 : NaN):2:($1-.46):($1+.46):($2-.46):($2+.46) with boxxyerror lc rgb '#e69f00' linewidth 4 fillstyle empty, \
  data index 0 using 1:2:(sprintf('%.3f', $3)):(white($3)) with labels offset 0,.5 textcolor rgb variable, \
  data index 0 using 1:2:(sprintf('n=%d', $4)):(white($3)) with labels offset 0,-.6 textcolor rgb variable
set lmargin at screen 0.38716; set rmargin at screen 0.61089; set xtics (tic_0_0 0, tic_0_1 1) norotate; set ytics (tic_2_0 0, tic_2_1 1, tic_2_2 2)
set xlabel axis_0; set ylabel axis_2; set xrange [-.5:1.5]; set yrange [-.5:2.5]
plot data index 1 using 1:2:($1-.5):($1+.5):($2-.5):($2+.5):3 with boxxyerror fillstyle solid 1 noborder fillcolor palette, \
  data index 1 using ($5 == 1 ? $1 : NaN):2:($1-.46):($1+.46):($2-.46):($2+.46) with boxxyerror lc rgb '#e69f00' linewidth 4 fillstyle empty, \
  data index 1 using 1:2:(sprintf('%.3f', $3)):(white($3)) with labels offset 0,.5 textcolor rgb variable, \
  data index 1 using 1:2:(sprintf('n=%d', $4)):(white($3)) with labels offset 0,-.6 textcolor rgb variable
set colorbox user origin screen 0.92607, screen 0.21466 size screen 0.01362, screen 0.60209
set lmargin at screen 0.68872; set rmargin at screen 0.91245; set xtics (tic_1_0 0, tic_1_1 1) norotate; set ytics (tic_2_0 0, tic_2_1 1, tic_2_2 2)
set xlabel axis_1; set ylabel axis_2; set xrange [-.5:1.5]; set yrange [-.5:2.5]
plot data index 2 using 1:2:($1-.5):($1+.5):($2-.5):($2+.5):3 with boxxyerror fillstyle solid 1 noborder fillcolor palette, \
  data index 2 using ($5 == 1 ? $1 : NaN):2:($1-.46):($1+.46):($2-.46):($2+.46) with boxxyerror lc rgb '#e69f00' linewidth 4 fillstyle empty, \
  data index 2 using 1:2:(sprintf('%.3f', $3)):(white($3)) with labels offset 0,.5 textcolor rgb variable, \
  data index 2 using 1:2:(sprintf('n=%d', $4)):(white($3)) with labels offset 0,-.6 textcolor rgb variable
unset multiplot
set output
}
