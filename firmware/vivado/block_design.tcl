# The system around the accelerator: PS7 with the board's preset, FCLK0 at the preset's clock, GP0 to the registers, one
# 64-bit HP port per master, the interrupt on IRQ_F2P[0].
# Expects: board, firmware, out, registerBase, registerBytes, and the IP of package_ip.tcl.

set top [dict get $board top]
create_project -force -part [dict get $board part] system $out/system
# Boards that xhub has installed are found by this alone in batch mode; a Vivado without xhub has its own.
catch {set_param board.repoPaths [get_property LOCAL_ROOT_DIR [xhub::get_xstores xilinx_board_store]]}
set matches [get_board_parts -quiet [dict get $board boardPart]]
if {$matches eq ""} {
  puts stderr "no board file matches [dict get $board boardPart]: install it from Vivado's board store (xhub::install)"
  exit 1
}
set_property board_part [lindex [lsort $matches] end] [current_project]
set_property ip_repo_paths $out/ip [current_project]
update_ip_catalog

create_bd_design system
set ps [create_bd_cell -type ip -vlnv xilinx.com:ip:processing_system7 ps7]
apply_bd_automation -rule xilinx.com:bd_rule:processing_system7 -config {make_external "FIXED_IO, DDR" apply_board_preset "1"} $ps
set config [list CONFIG.PCW_USE_M_AXI_GP0 1 CONFIG.PCW_EN_CLK0_PORT 1 CONFIG.PCW_EN_RST0_PORT 1 \
  CONFIG.PCW_FPGA0_PERIPHERAL_FREQMHZ [dict get $board clockMHz] \
  CONFIG.PCW_USE_FABRIC_INTERRUPT 1 CONFIG.PCW_IRQ_F2P_INTR 1]
for {set port 0} {$port < [dict get $board ports]} {incr port} {
  # 64 bits: under a 64-bit master a 32-bit port returns garbage without any error.
  lappend config CONFIG.PCW_USE_S_AXI_HP${port} 1 CONFIG.PCW_S_AXI_HP${port}_DATA_WIDTH 64
}
set_property -dict $config $ps

set accelerator [create_bd_cell -type ip -vlnv zynqnet:zynqnet:${top}:1.0 accelerator]
set reset [create_bd_cell -type ip -vlnv xilinx.com:ip:proc_sys_reset reset]
set clock [get_bd_pins ps7/FCLK_CLK0]
connect_bd_net $clock [get_bd_pins accelerator/clk_i] [get_bd_pins reset/slowest_sync_clk] [get_bd_pins ps7/M_AXI_GP0_ACLK]
connect_bd_net [get_bd_pins ps7/FCLK_RESET0_N] [get_bd_pins reset/ext_reset_in]
connect_bd_net [get_bd_pins reset/peripheral_aresetn] [get_bd_pins accelerator/rst_n_i]
connect_bd_net [get_bd_pins accelerator/irq_o] [get_bd_pins ps7/IRQ_F2P]

# AXI4 on the accelerator's side, AXI3 on the PS7's, one master and one slave each: a protocol converter is enough, and a
# tenth of a SmartConnect's LUTs, which a Zybo does not have to spare. Bursts are at most 16 beats already.
proc connectAxi {name master slave clock aresetn} {
  create_bd_cell -type ip -vlnv xilinx.com:ip:axi_protocol_converter $name
  connect_bd_net $clock [get_bd_pins $name/aclk]
  connect_bd_net $aresetn [get_bd_pins $name/aresetn]
  connect_bd_intf_net [get_bd_intf_pins $master] [get_bd_intf_pins $name/S_AXI]
  connect_bd_intf_net [get_bd_intf_pins $name/M_AXI] [get_bd_intf_pins $slave]
}
set aresetn [get_bd_pins reset/peripheral_aresetn]
connectAxi registers ps7/M_AXI_GP0 accelerator/s_axi $clock $aresetn
for {set port 0} {$port < [dict get $board ports]} {incr port} {
  connect_bd_net $clock [get_bd_pins ps7/S_AXI_HP${port}_ACLK]
  connectAxi memory$port accelerator/m${port}_axi ps7/S_AXI_HP${port} $clock $aresetn
}

assign_bd_address -offset $registerBase -range $registerBytes -target_address_space [get_bd_addr_spaces ps7/Data] [get_bd_addr_segs accelerator/s_axi/*]
assign_bd_address
validate_bd_design
save_bd_design
add_files -norecurse [make_wrapper -files [get_files system.bd] -top]
set_property top system_wrapper [current_fileset]
