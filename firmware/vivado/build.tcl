# From the sources to <out>/<board>.bit, .xsa and .bit.bin.
# Usage: vivado -mode batch -source firmware/vivado/build.tcl -tclargs <board> [<out>]

set here [file dirname [file normalize [info script]]]
set firmware [file dirname $here]
source $here/boards.tcl
set name [lindex $argv 0]
if {![dict exists $boards $name]} {
  puts stderr "unknown board '$name'; there are [join [dict keys $boards] {, }]"
  exit 2
}
set board [dict get $boards $name]
set out [file normalize [expr {[llength $argv] > 1 ? [lindex $argv 1] : "build/vivado/$name"}]]
file mkdir $out

source $here/package_ip.tcl
source $here/block_design.tcl

launch_runs impl_1 -to_step write_bitstream -jobs 4
wait_on_run impl_1
if {[get_property PROGRESS [get_runs impl_1]] ne "100%"} {
  puts stderr "implementation failed: see $out/system/system.runs/impl_1/runme.log"
  exit 1
}
open_run impl_1
report_utilization -file $out/$name.utilization.txt
report_timing_summary -file $out/$name.timing.txt
set slack [get_property SLACK [get_timing_paths -delay_type max]]
if {$slack < 0} {
  puts stderr "timing is not met: worst slack $slack ns at [dict get $board clockMHz] MHz, see $out/$name.timing.txt"
  exit 1
}
write_bitstream -force $out/$name.bit
write_hw_platform -fixed -include_bit -force $out/$name.xsa

# The kernel's FPGA manager wants the words byte-swapped and no header; Vivado's own -bin_file is not swapped.
set bif [open $out/$name.bif w]
puts $bif "all: { $out/$name.bit }"
close $bif
exec bootgen -arch zynq -image $out/$name.bif -process_bitstream bin -w on
puts "wrote $out/$name.bit, $out/$name.xsa and $out/$name.bit.bin"
