# Packages the accelerator of one board as IP: <out>/ip, VLNV zynqnet:zynqnet:<top>:1.0.
# Expects: board (dictionary), firmware (folder), out (folder).

set top [dict get $board top]
create_project -force -part [dict get $board part] package $out/package
set sources [concat $firmware/rtl/zn_pkg.sv [lsearch -all -inline -not -exact [lsort [glob $firmware/rtl/zn_*.sv]] $firmware/rtl/zn_pkg.sv]]
add_files -norecurse [concat $sources $firmware/rtl/presets/$top.sv]
set_property top $top [current_fileset]
update_compile_order -fileset sources_1

ipx::package_project -root_dir $out/ip -vendor zynqnet -library zynqnet -taxonomy /UserIP -import_files -set_current true
set core [ipx::current_core]
set_property name $top $core
set_property version 1.0 $core
set_property display_name "zynqnetd accelerator ($top)" $core

# The names of the ports say what they are; only clock and reset need help.
ipx::infer_bus_interfaces xilinx.com:interface:aximm_rtl:1.0 $core
set buses s_axi
for {set port 0} {$port < [dict get $board ports]} {incr port} { lappend buses m${port}_axi }
ipx::infer_bus_interface clk_i xilinx.com:signal:clock_rtl:1.0 $core
ipx::infer_bus_interface rst_n_i xilinx.com:signal:reset_rtl:1.0 $core
ipx::infer_bus_interface irq_o xilinx.com:signal:interrupt_rtl:1.0 $core
foreach bus $buses { ipx::associate_bus_interfaces -busif $bus -clock clk_i $core }
set polarity [ipx::add_bus_parameter POLARITY [ipx::get_bus_interfaces rst_n_i -of_objects $core]]
set_property value ACTIVE_LOW $polarity
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::save_core $core
close_project
